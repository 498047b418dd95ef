//! A server that does something wrong: what it is asked comes to an end, what is right is right, and the rest is an error that
//! names the server.

use std::time::Duration;

use expect_test::{Expect, expect};
use modpin_remote::Server;
use modpin_test::server::{Fake, Fault};
use modpin_test::skip::is_long;

use crate::asked::{Kept, LARGE, settings, wait};

/// The calls that do not come to what is right.
fn check(fault: Fault, expected: Expect) {
    expected.assert_eq(&came_to(fault, u32::MAX));
}

fn came_to(fault: Fault, failures: u32) -> String {
    let fake = Fake::start(Fault::None);
    let lines = wait(async {
        let kept = Kept::give(&Server::connect(settings(fake.url())).await?, LARGE).await?;
        let mut settings = settings(fake.url());
        (settings.failures, settings.retries) = (failures, 2);
        if fault == Fault::Slow {
            settings.deadline = Duration::from_millis(300);
        }
        let server = loop {
            // On a busy machine, this may take as long as the deadline is.
            if let Ok(server) = Server::connect(settings.clone()).await {
                break server;
            }
        };
        fake.set(fault);
        Ok::<_, modpin_remote::Error>(kept.ask(&server).await)
    });
    let lines = lines.expect("a server without a fault at first");
    let wrong: Vec<&str> = lines.lines().filter(|line| !line.ends_with(": right")).collect();
    wrong.join("\n")
}

#[test]
fn without_a_fault_all_is_right() {
    check(Fault::None, expect![""]);
}

#[test]
fn some_faults_are_no_hindrance() {
    check(Fault::Shaky, expect![""]);
    check(Fault::Narrow, expect![""]);
    check(Fault::Breaks, expect![""]);
}

#[test]
fn slow() {
    expect![[r#"
        missing: Deadline
        small: Deadline
          file: Deadline
        large: GivenUp
          file: GivenUp
        result: GivenUp
        give small: GivenUp
        give large: GivenUp
        give result: Deadline
        run: GivenUp"#]]
    .assert_eq(&came_to(Fault::Slow, 3));
}

#[test]
fn drops() {
    check(
        Fault::Drops,
        expect![[r#"
        large: Unavailable
          file: Unavailable"#]],
    );
}

#[test]
fn busy_or_out_of_its_mind() {
    if is_long("a server that is busy for seconds") {
        return;
    }
    let none = || {
        expect![[r#"
        missing: Unavailable
        small: Unavailable
          file: Unavailable
        large: Unavailable
          file: Unavailable
        result: Unavailable
        give small: Unavailable
        give large: Unavailable
        give result: Unavailable
        run: Unavailable"#]]
    };
    check(Fault::Busy, none());
    check(Fault::Garbage, none());
}

#[test]
fn denied() {
    check(
        Fault::Denied,
        expect![[r#"
        missing: Denied
        small: GivenUp
          file: GivenUp
        large: GivenUp
          file: GivenUp
        result: GivenUp
        give small: GivenUp
        give large: GivenUp
        give result: Denied
        run: GivenUp"#]],
    );
}

#[test]
fn read_only() {
    check(
        Fault::ReadOnly,
        expect![[r#"
        give small: Denied
        give large: GivenUp
        give result: GivenUp
        run: GivenUp"#]],
    );
}

#[test]
fn wrong_bytes() {
    check(
        Fault::WrongBytes,
        expect![[r#"
            small: Damaged
              file: Damaged
            large: Damaged
              file: Damaged
            result: Damaged
            run: Damaged"#]],
    );
}

#[test]
fn too_few() {
    check(
        Fault::TooFewBytes,
        expect![[r#"
            small: Damaged
              file: Damaged
            large: Damaged
              file: Damaged
            result: Damaged
            give large: Damaged
            run: Damaged"#]],
    );
}

#[test]
fn too_many() {
    check(
        Fault::TooManyBytes,
        expect![[r#"
            small: TooLarge
              file: Damaged
            large: Damaged
              file: Damaged
            result: TooLarge
            run: TooLarge"#]],
    );
}

#[test]
fn missing() {
    check(
        Fault::Missing,
        expect![[r#"
        small: Missing
          file: Missing
        large: Missing
          file: Missing
        result: Missing
        run: Missing"#]],
    );
}

#[test]
fn ends_early() {
    check(
        Fault::EndsEarly,
        expect![[r#"
            small: Damaged
            large: Damaged
              file: Damaged
            result: Damaged
            give small: Damaged
            run: Damaged"#]],
    );
}

#[test]
fn lies() {
    check(
        Fault::Lies,
        expect![[r#"
        give small: Unsupported
        give large: Unsupported
        give result: Unsupported
        run: Unsupported"#]],
    );
}

#[test]
fn leads_out() {
    check(
        Fault::LeadsOut,
        expect![[r#"
        result: Damaged
        run: Damaged"#]],
    );
}

#[test]
fn links() {
    check(
        Fault::Links,
        expect![[r#"
        result: Damaged
        run: Damaged"#]],
    );
}

#[test]
fn huge() {
    check(
        Fault::Huge,
        expect![[r#"
        result: TooLarge
        run: TooLarge"#]],
    );
}
