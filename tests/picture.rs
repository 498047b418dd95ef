//! The picture of what is linked (row N4): its data, its text for graphviz, and its page in a real browser, clicked.

mod narrow;

use std::fmt::Write;
use std::path::PathBuf;

use modpin::explain::{self, Scene, SceneArchive, SceneLibrary, SceneLink, SceneObject};
use modpin::picture::{Picture, Sizes, dot, page, picture};
use modpin::{Executable, Library, Module, Project, Rule};
use modpin_symbols::{Index, write_archive};
use modpin_test::{World, skip};

use crate::browser::Browser;

const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const RIGHT: &str = "\u{E014}";

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", "#include \"load.h\"\nint used(void);\nint offered(void) { return used(); }\n"),
        ("util/used.c", "int used(void) { return 1; }\n"),
        ("util/pinned.c", "int follower(void); int pinned(void) { return follower(); }\n"),
        ("util/follower.c", "int follower(void) { return 2; }\n"),
        ("util/lonely.c", "int lonely(void) { return 3; }\n"),
        ("util/x/lonely.c", "int lonely_too(void) { return 3; }\n"),
        ("m/ask.c", "int pinned(void), offered(void); int run(void) { return pinned() + offered(); }\n"),
        ("n/ask.c", "int offered(void); int run(void) { return offered(); }\n"),
    ])
}

fn declare(p: &mut Project) {
    let util = p.add(Library::new("util").sources("util/**/*.c"));
    p.add(Module::new("drivers/m").sources("m/*.c"));
    p.add(Module::new("n").sources("n/*.c"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
}

fn drawn(world: &World, declare: impl Fn(&mut Project)) -> Picture {
    let plan = world.build(declare).expect_success().plan;
    // Nobody needs the symbols of a program without modules before they are asked for.
    let symbols: Vec<_> = plan.links.iter().map(|link| link.symbols).collect();
    let plan = world.run(plan, &symbols).expect_success().plan;
    let scene = explain::read(&plan, world.root());
    assert_eq!(scene.unread, []);
    picture("<world> & \"co\"", &scene, &Sizes::new(world.root()))
}

/// Writes the page; `MODPIN_PAGES` keeps it for a person to look at.
fn written(world: &World, picture: &Picture, name: &str) -> PathBuf {
    let text = page(picture).expect("a page");
    if let Some(dir) = std::env::var_os("MODPIN_PAGES") {
        std::fs::write(PathBuf::from(dir).join(name), &text).expect("a page to keep");
    }
    world.write(name, &text);
    world.root().join(name)
}

#[test]
fn a_picture_knows_units_pins_and_sizes() {
    let world = world();
    let picture = drawn(&world, declare);
    let host = &picture.hosts[0];
    let name = |unit: usize| picture.units[unit].name.as_str();
    let pinned: Vec<&str> =
        host.linked.iter().filter(|linked| linked.pinned).map(|linked| name(linked.unit)).collect();
    assert_eq!(pinned, ["pinned.c.o", "follower.c.o"]);
    let exports: Vec<(&str, bool, Vec<usize>)> = host
        .exports
        .iter()
        .map(|export| (export.symbol.as_str(), export.pinned, export.modules.clone()))
        .collect();
    assert_eq!(exports, [("offered", false, vec![0, 1]), ("pinned", true, vec![0])]);
    let archive = &picture.archives[0];
    assert_eq!((archive.members.len(), host.linked.len()), (5, 4));
    let size = world.bytes("libutil.a").len() as u64;
    assert_eq!(archive.size, Some(size));
    let members: u64 = archive.members.iter().filter_map(|&unit| picture.units[unit].size).sum();
    assert!(members > size / 2 && members < size, "{members} of {size}");
    assert!(picture.modules.iter().all(|module| module.size.is_some()) && host.size.is_some());
    assert_eq!(drawn(&world, declare), picture, "the same again");
}

#[test]
fn json_is_as_documented() {
    let json = serde_json::to_value(drawn(&world(), declare)).expect("JSON");
    assert_eq!(json["format"], 1);
    let document = include_str!("../docs/picture.md");
    let mut undocumented = Vec::new();
    names(&json, &mut undocumented);
    undocumented.retain(|name| !document.contains(&format!("`{name}`")));
    assert_eq!(undocumented, [""; 0], "help: tell of them in docs/picture.md");
}

fn names(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.push(name.clone());
            names(value, found);
        }),
        _ => {}
    }
}

#[test]
fn graphviz_gets_what_modules_make_their_host_link() {
    expect_test::expect![[r##"
        digraph modpin {
          rankdir=LR;
          node [fontname="sans-serif", fontsize=10];
          edge [fontname="sans-serif", fontsize=9];
          m0 [label="drivers/m", shape=box, style=rounded];
          m1 [label="n", shape=box, style=rounded];
          h0 [label="host", shape=box, style=bold];
          subgraph cluster_h0a0 {
            label="libutil.a: 3 of 5 members";
            h0a0 [label="1 for host", shape=plain];
            h0u2 [label="pinned.c.o", shape=box];
            h0u0 [label="follower.c.o", shape=box];
          }
          h0 -> h0a0 [style=dotted, arrowhead=none];
          h0u2 -> h0u0 [label="follower"];
          m0 -> h0 [label="offered", style=dashed];
          m1 -> h0 [label="offered", style=dashed];
          m0 -> h0u2 [label="pinned", color="#b45309"];
        }
    "##]]
    .assert_eq(&dot(&drawn(&world(), declare)));
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let text = page(&drawn(&world(), declare)).expect("a page");
    for foreign in ["http:", "https:", "//cdn", "src=", "@import", "url(", "href=\"/", "<link"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    assert!(text.contains("<title>&lt;world&gt; &amp; &quot;co&quot;: what is linked</title>"));
    assert!(text.contains("default-src 'none'"));
    assert_eq!(text.matches("</script>").count(), 2, "no name in the data ends the script");
}

#[test]
fn the_page_is_clicked() {
    let Some(browser) = Browser::open("the page of a picture", 1500, 900) else { return };
    let world = world();
    let page = written(&world, &drawn(&world, declare), "demo.html");
    browser.show(&page, "");
    assert_eq!(browser.text("#details h3"), "host");
    assert_eq!(browser.text("#modules li:nth-child(1) b"), "drivers/m");
    assert_eq!(browser.value("document.querySelectorAll('.tile').length"), 6);

    // A module: its pins and what they bring in are marked, the rest is not.
    browser.click("#modules li:nth-child(1) button");
    assert_eq!(browser.text("#details h3"), "drivers/m");
    assert!(browser.text("#details").contains("Brings in 2 members"));
    assert_eq!(browser.value("document.querySelectorAll('.tile.pinned.related').length"), 2);
    assert_eq!(browser.value("document.querySelectorAll('#pins li.related').length"), 2);
    assert!(browser.value("document.querySelectorAll('#edges path').length").as_u64() >= Some(3));

    // A pinned symbol: its story.
    browser.click("#pins li:nth-child(1) button");
    assert_eq!(browser.text("#details h3"), "pinned");
    assert!(browser.text("#details").contains("Without them it would not be linked."));

    // A member, by its tile; the chain leads to it; a step of the chain is a link.
    browser.click(".tile[title^='follower.c.o']");
    assert_eq!(browser.text("#details h3"), "libutil.a(follower.c.o)");
    assert_eq!(browser.text("#details .chip"), "linked for modules only");
    let chain = browser.text("#details ol");
    let chain = chain.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        chain,
        "module drivers/m needs pinned libutil.a(pinned.c.o) needs follower libutil.a(follower.c.o)"
    );
    browser.click("#details ol li:nth-child(2) > button");
    assert_eq!(browser.text("#details h3"), "libutil.a(pinned.c.o)");

    // The address says what is selected, and the way back works.
    assert!(browser.value("location.hash").as_str().is_some_and(|hash| hash.contains("pinned.c.o")));
    browser.value("history.back()");
    browser.value("new Promise((done) => setTimeout(done, 300))");
    assert_eq!(browser.text("#details h3"), "libutil.a(follower.c.o)");

    // Two members of one name are two.
    browser.click(".tile[title^='lonely.c.o']");
    let first = browser.text("#details");
    browser.value("(document.querySelectorAll(\".tile[title^='lonely.c.o']\")[1].click(), 0)");
    assert_ne!(browser.text("#details"), first);
    assert!(first.contains("Nothing that is linked needs what it defines."));

    // Search.
    browser.typed("#search", "follow");
    assert_eq!(browser.text("#results li:nth-child(1) .mono"), "follower");
    browser.typed("#search", ENTER);
    assert_eq!(browser.text("#details h3"), "follower");
    assert_eq!(browser.value("document.getElementById('results').hidden"), true);

    // Keys: Escape goes back to the program, arrows walk through members, Enter selects.
    browser.typed("body", ESCAPE);
    assert_eq!(browser.text("#details h3"), "host");
    browser.typed(".group:nth-child(2) .tile[tabindex='0']", &format!("{RIGHT}{ENTER}"));
    assert!(browser.text("#details h3").starts_with("libutil.a("));
    assert_eq!(browser.value("document.activeElement.classList.contains('selected')"), true);

    // Filters.
    browser.click("#filters .unlinked");
    assert_eq!(browser.value("document.querySelectorAll('.tile').length"), 4);
    browser.click("#theme");
    assert_eq!(
        browser.value("['light', 'dark'].includes(document.documentElement.dataset.theme)"),
        true
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn every_program_has_a_tab() {
    let Some(browser) = Browser::open("the tabs of a page", 1500, 900) else { return };
    let world = world();
    world.write("second.in", "int main(void) { return 0; }\n");
    let declare = |p: &mut Project| {
        declare(p);
        let made = p.add(Rule::new("second-made").run("cat").stdin("second.in").stdout("second.c"));
        p.add(Executable::new("second").sources(&made));
    };
    browser.show(&written(&world, &drawn(&world, declare), "tabs.html"), "");
    browser.click("#hosts button:nth-child(2)");
    assert_eq!(browser.text("#details h3"), "second");
    assert_eq!(browser.text("#modules ul"), "This program loads no modules.");
    browser.click(".tile");
    assert!(browser.text("#details h3").ends_with("second.c"));
    let story = browser.text("#details");
    assert!(story.to_lowercase().contains("its source is made by rule second-made"), "{story}");
    assert!(story.contains("gen/second.c of second.in."), "{story}");
    assert_eq!(
        browser.value("document.querySelector('#hosts [aria-selected=true]').textContent"),
        "second"
    );
    browser.click("#hosts button:nth-child(1)");
    assert_eq!(browser.text("#details h3"), "host");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Every control has a name, and everything can be reached by the keyboard.
#[test]
fn the_page_speaks_to_everybody() {
    let Some(browser) = Browser::open("the names of a page's controls", 1500, 900) else { return };
    let world = world();
    browser.show(&written(&world, &drawn(&world, declare), "named.html"), "");
    let nameless = "[...document.querySelectorAll('button, input, [role]')].filter((e) => !(e.getAttribute('aria-label') \
                    || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.hidden)).map((e) => e.outerHTML)";
    let nameless = browser.value(nameless);
    // A program alone needs no tabs.
    let nameless: Vec<_> = nameless.as_array().cloned().unwrap_or_default();
    assert!(nameless.is_empty(), "{nameless:?}");
    let groups = "[...document.querySelectorAll('.tiles')].every((box) => !box.children.length \
                  || box.querySelectorAll('[tabindex=\"0\"]').length === 1)";
    assert_eq!(browser.value(groups), true, "one stop for each group of tiles");
}

#[test]
fn two_thousand_members_stay_readable() {
    let world = World::new(&[]);
    let scene = large(&world, 2000);
    let picture = picture("large", &scene, &Sizes::new(world.root()));
    assert_eq!(picture.hosts[0].linked.len(), 1 + 2 * 200 + 3 * 100);
    let page = written(&world, &picture, "large.html");
    let Some(browser) = Browser::open("a page of 2,000 members", 1500, 950) else { return };
    browser.show(&page, "");
    assert_eq!(browser.value("document.querySelectorAll('.tile').length"), 2001);
    let small = "[...document.querySelectorAll('.tile')].filter((e) => e.offsetWidth * e.offsetHeight < 60).length";
    assert!(browser.value(small).as_u64() < Some(40), "tiles can be hit: {}", browser.value(small));
    let height = browser.value("document.body.scrollHeight");
    assert!(height.as_u64() < Some(2500), "{height}");
    // A story takes no time that a person would mind, even on a machine that is busy with tests.
    let started = "(() => { const start = performance.now(); document.querySelectorAll('.tile')[1500].click(); \
                   readAddress(); return performance.now() - start; })()";
    let millis = browser.value(started);
    assert!(millis.as_f64() < Some(3000.0), "{millis} ms");
    assert!(browser.text("#details h3").starts_with("lib"));
    browser.typed("#search", "member_1999");
    browser.typed("#search", ENTER);
    assert!(browser.text("#details h3").contains("1999"));
    assert_eq!(browser.complaints(), [""; 0]);
}

/// A host with this many members in four archives, made of symbols alone: every tenth is needed by the host, every
/// twentieth by a module, and each of those needs one or two others.
fn large(world: &World, members: usize) -> Scene {
    let index = |text: &str| Index::parse(text).expect("symbols").into_owned();
    let mut scene = Scene::default();
    for archive in 0..4 {
        let mut text = "modpin-syms 1\n".to_owned();
        let mut contents = Vec::new();
        for at in (0..members).filter(|at| at % 4 == archive) {
            write!(text, "=r.\tx86-64\tpart_{at}.c.o\ndgdf\tmember_{at}\nnsd\tmemcpy\n")
                .expect("a text");
            if at % 10 == 0 {
                writeln!(text, "nsd\tmember_{}", at + 1).expect("a text");
            }
            if at % 20 == 5 {
                writeln!(text, "nsd\tmember_{}\nnsd\tmember_{}", at + 1, at + 2).expect("a text");
            }
            contents.push((format!("part_{at}.c.o"), vec![b' '; 500 + (at * at * 7919) % 60_000]));
        }
        let name = format!("libpart{archive}.a");
        let contents: Vec<(&str, &[u8])> =
            contents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let bytes = write_archive(&contents).expect("an archive");
        std::fs::write(world.root().join(&name), bytes).expect("an archive");
        let library = SceneLibrary {
            members: Vec::new(),
            name: name.clone(),
            file_name: name.clone(),
            path: name,
            index: index(&text),
        };
        scene.libraries.push(library);
    }
    let mut wants = vec![String::from("modpin-syms 1\n=r.\tx86-64\thost.c\ndgdf\tmain\n")];
    wants.extend((0..10).map(|module| format!("modpin-syms 1\n=r.\tx86-64\tm{module}.c\ndgdf\trun\n")));
    for at in 0..members {
        match at % 20 {
            0 | 10 => writeln!(wants[0], "nsd\tmember_{at}").expect("a text"),
            5 => writeln!(wants[1 + at / 20 % 10], "nsd\tmember_{at}").expect("a text"),
            _ => {}
        }
    }
    for (number, text) in wants.iter().enumerate().skip(1) {
        let name = format!("drivers/m{number}");
        let object =
            SceneObject { name: format!("m{number}.c"), index: index(text), ..Default::default() };
        let relocatable = Some(index(text));
        scene.links.push(SceneLink { name, relocatable, objects: vec![object], ..Default::default() });
    }
    let modules = scene.links.iter().map(|link| link.name.clone()).collect();
    let object = SceneObject { name: "host.c".into(), index: index(&wants[0]), ..Default::default() };
    scene.links.push(SceneLink {
        name: "large".into(),
        executable: true,
        objects: vec![object],
        archives: (0..4).map(|library| SceneArchive { library, whole: false }).collect(),
        modules,
        ..Default::default()
    });
    scene
}

/// A real archive of nine hundred members.
#[test]
fn libcrypto_is_drawn() {
    if !["/usr/lib/x86_64-linux-gnu/libcrypto.a", "/usr/lib/libcrypto.a"]
        .iter()
        .any(|path| PathBuf::from(path).exists())
    {
        return skip("the picture of libcrypto", "libcrypto.a is not installed");
    }
    let world = World::new(&[
        ("load.h", include_str!("cases/load.h")),
        (
            "host.c",
            "#include \"load.h\"\n#include <openssl/crypto.h>\nvoid wipe(void *p) { OPENSSL_cleanse(p, 1); }\n",
        ),
        (
            "hash.c",
            "#include <openssl/evp.h>\nint run(void) { EVP_MD_CTX *c = EVP_MD_CTX_new(); EVP_MD_CTX_free(c); return 1; }\n",
        ),
        (
            "rsa.c",
            "#include <openssl/bn.h>\nint run(void) { BIGNUM *b = BN_new(); BN_free(b); return 2; }\n",
        ),
    ]);
    let picture = drawn(&world, |p| {
        let crypto = p.add(Library::prebuilt("crypto", "-lcrypto"));
        p.add(Module::new("hash").sources("hash.c"));
        p.add(Module::new("rsa").sources("rsa.c"));
        p.add(Executable::new("host").sources("host.c").link(crypto).loads("*").system_library("dl"));
    });
    assert!(picture.archives[0].members.len() > 500);
    assert!(picture.hosts[0].linked.iter().any(|linked| linked.pinned), "modules bring in members");
    let page = written(&world, &picture, "libcrypto.html");
    let Some(browser) = Browser::open("the page of libcrypto", 1500, 950) else { return };
    browser.show(&page, "#select=symbol%3AEVP_MD_CTX_new");
    assert_eq!(browser.text("#details .chip"), "pinned");
    browser.click(".tile.pinned");
    assert!(browser.text("#details h3").starts_with("libcrypto.a("));
    assert_eq!(browser.complaints(), [""; 0]);
}
