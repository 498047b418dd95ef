//! Real C: libgit2 as the package `libgit2-sys` ships it, some 200 files. Its many options choose back ends: who does TLS, SHA-1, SHA-256,
//! regular expressions, compression. Its header of features is made from its template, and what its CMake asks the machine are probes.
//! A program makes a repository and says which back ends are in it. What is in the archives is compared with what the package's own
//! build script makes, and with what its CMake makes. It takes compilers long, so on demand only; what is decided before anything is
//! compiled is looked at always.

mod declared;

use std::collections::BTreeSet;

use modpin::Project;
use modpin_test::{Said, World, reliability, skip};
use serde_json::Value;

use super::ours_and_theirs::{Defined, defined, in_package, made_by_cargo};
use declared::{ARCHIVES, libgit2};

/// Makes a repository with one commit, which has one name on all machines, finds the commit by a regular expression, and says which
/// back ends are in the library.
const MAIN: &str = r#"
#include <stdio.h>
#include <git2.h>

static const char *const features[] = { "threads", "https", "ssh", "nsec", "parser", "regex", "i18n", "ntlm",
    "negotiate", "compression", "sha1" };

static int commit(git_repository *repository, const char *message)
{
    git_oid blob, tree, commit;
    git_treebuilder *builder;
    git_tree *found;
    git_signature *who;
    char name[GIT_OID_SHA1_HEXSIZE + 1];
    int wrong = git_blob_create_from_buffer(&blob, repository, "hello\n", 6)
        || git_treebuilder_new(&builder, repository, NULL)
        || git_treebuilder_insert(NULL, builder, "hello.txt", &blob, GIT_FILEMODE_BLOB)
        || git_treebuilder_write(&tree, builder)
        || git_tree_lookup(&found, repository, &tree)
        || git_signature_new(&who, "A U Thor", "author@example.com", 1000000000, 0)
        || git_commit_create(&commit, repository, "HEAD", who, who, NULL, message, found, 0, NULL);
    if (!wrong)
        printf("%s\n", git_oid_tostr(name, sizeof name, &commit));
    return wrong;
}

int main(int count, char **args)
{
    git_repository *repository;
    git_object *found;
    int at;
    git_libgit2_init();
    if (git_repository_init(&repository, args[1], 0) || commit(repository, "first\n")
        || git_revparse_single(&found, repository, ":/^fi.st")) {
        printf("%s\n", git_error_last()->message);
        return 1;
    }
    printf("%s", git_commit_message((git_commit *)found));
    for (at = 0; at < (int)(sizeof features / sizeof *features); at++) {
        const char *end = git_libgit2_feature_backend((git_feature_t)(1 << at));
        printf("%s %s\n", features[at], end ? end : "-");
    }
    return 0;
}
"#;

/// The commit's name, its message, the back ends: with nothing of other people, and with what this machine has.
const ALONE: &str = "c3760aaa\nfirst\nthreads pthread\nhttps -\nssh -\nnsec mtim\nparser builtin\nregex builtin\n\
                     i18n -\nntlm -\nnegotiate -\ncompression zlib\nsha1 builtin";
const WITH_OTHERS: &str = "c3760aaa\nfirst\nthreads -\nhttps openssl\nssh exec\nnsec -\nparser builtin\nregex pcre2\n\
                           i18n -\nntlm ntlmclient\nnegotiate -\ncompression builtin\nsha1 openssl";

/// The third ones, on demand.
const WITH_MBEDTLS: &str = "c3760aaa\nfirst\nthreads -\nhttps mbedtls\nssh libssh2\nnsec -\nparser builtin\n\
                            regex regcomp\ni18n -\nntlm ntlmclient\nnegotiate -\ncompression builtin\nsha1 mbedtls";

/// Other back ends than those that it has without a word.
const OTHERS: [(&str, &str); 8] = [
    ("HTTPS_OPENSSL", "y"),
    ("SHA1_HTTPS", "y"),
    ("SHA256_HTTPS", "y"),
    ("REGEX_PCRE2", "y"),
    ("SSH_EXEC", "y"),
    ("BUNDLED_ZLIB", "y"),
    ("THREADS", "n"),
    ("NSEC", "n"),
];
/// What is otherwise with the third ones.
const THIRD: [(&str, &str); 6] = [
    ("HTTPS_OPENSSL", "n"),
    ("HTTPS_MBEDTLS", "y"),
    ("SSH_EXEC", "n"),
    ("SSH_LIBSSH2", "y"),
    ("REGEX_PCRE2", "n"),
    ("REGEX_REGCOMP", "y"),
];
/// The same for its CMake.
const THIRD_IN_CMAKE: &str = "-DUSE_HTTPS=mbedTLS -DUSE_SHA1=HTTPS -DUSE_SHA256=HTTPS -DREGEX_BACKEND=regcomp \
                              -DUSE_SSH=libssh2 -DUSE_BUNDLED_ZLIB=ON -DUSE_THREADS=OFF -DUSE_NSEC=OFF";
const OTHERS_IN_CMAKE: &str = "-DUSE_HTTPS=OpenSSL -DUSE_SHA1=HTTPS -DUSE_SHA256=HTTPS -DREGEX_BACKEND=pcre2 \
                               -DUSE_SSH=exec -DUSE_BUNDLED_ZLIB=ON -DUSE_THREADS=OFF -DUSE_NSEC=OFF";

fn declare(p: &mut Project, sources: &str) {
    libgit2(p, sources).expect("nothing goes wrong");
    p.add(modpin::Executable::new("commit").sources("main.c").link("git2"));
}

#[test]
fn libgit2_has_the_back_ends_that_its_options_choose() {
    if skip::is_missing("pkg-config", "what libgit2 asks of packages") {
        return;
    }
    let sources = in_package("libgit2-sys", "libgit2");
    let declare = |p: &mut Project| declare(p, &sources);
    let mut world = World::new(&[("main.c", MAIN)]);
    let alone = decided(&world, declare);
    let has = |decided: &BTreeSet<String>, words: &[&str]| {
        words.iter().for_each(|word| assert!(decided.contains(*word), "{word} is not in {decided:?}"));
    };
    has(
        &alone,
        &["GIT_THREADS 1", "GIT_SHA1_COLLISIONDETECT 1", "GIT_SHA256_BUILTIN 1", "GIT_IO_POLL 1"],
    );
    has(&alone, &["sha1dc/sha1.c", "hash/builtin.c", "pcre2/pcre2_compile.c", "GIT_REGEX_BUILTIN 1"]);
    if reliability::count(false, true) {
        made(&world, declare, ALONE);
        let theirs = made_by_cargo(&world, "libgit2-sys", "\"vendored\"", "build/libgit2.a");
        as_theirs(&world, defined(&world, &theirs), &["debugalloc", "win32_leakcheck"]);
    }
    let packages = ["openssl", "libpcre2-8"];
    if !packages.iter().all(|name| world.try_call(&format!("pkg-config {name}")).success()) {
        return skip::skip(
            "libgit2 with OpenSSL and PCRE2",
            "libssl-dev or libpcre2-dev is not installed",
        );
    }
    OTHERS.iter().for_each(|(name, value)| world.config.set(*name, *value));
    let others = decided(&world, declare);
    has(
        &others,
        &["GIT_HTTPS 1", "GIT_OPENSSL 1", "GIT_SHA1_OPENSSL 1", "GIT_SHA256_OPENSSL 1", "GIT_NTLM 1"],
    );
    has(&others, &["hash/openssl.c", "ntlmclient/crypt_openssl.c", "zlib/deflate.c", "GIT_REGEX_PCRE2"]);
    let both: Vec<&String> = alone.intersection(&others).filter(|name| name.ends_with(".c")).collect();
    assert!(
        !both.iter().any(|path| ["sha1dc/sha1.c", "hash/builtin.c"].contains(&path.as_str())),
        "{both:?}"
    );
    if reliability::count(false, true) {
        made(&world, declare, WITH_OTHERS);
        as_their_cmake(&world, &sources, OTHERS_IN_CMAKE);
        assert!(world.build(declare).ran.is_empty());
        with_the_third_ones(&mut world, declare, &sources);
    }
}

/// mbedTLS, libssh2 and the C library's regular expressions.
fn with_the_third_ones(world: &mut World, declare: impl Fn(&mut Project), sources: &str) {
    world.write("third.c", "#include <mbedtls/version.h>\n#include <libssh2.h>\n");
    if !world.try_call("cc -fsyntax-only third.c").success() {
        return skip::skip(
            "libgit2 with mbedTLS and libssh2",
            "libmbedtls-dev or libssh2-1-dev is not installed",
        );
    }
    THIRD.iter().for_each(|(name, value)| world.config.set(*name, *value));
    made(world, &declare, WITH_MBEDTLS);
    as_their_cmake(world, sources, THIRD_IN_CMAKE);
}

/// What stands in the header of features, and which sources are to be compiled, by the last two parts of their paths.
fn decided(world: &World, declare: impl Fn(&mut Project)) -> BTreeSet<String> {
    let mut plan = world.plan(declare).unwrap_or_else(|error| panic!("{error}"));
    let header = plan.graph.file(world.layout().header("git2_features.h"));
    let commands = plan.compile_commands;
    let plan = world.run(plan, &[header, commands]).expect_success().plan;
    let commands: Value =
        serde_json::from_str(&world.read(plan.graph.path(commands))).expect("commands");
    let sources = commands.as_array().expect("a list").iter().filter_map(|one| one["file"].as_str());
    let end = |path: &str| {
        let parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
        parts.into_iter().rev().collect::<Vec<_>>().join("/")
    };
    let mut decided: BTreeSet<String> = sources.map(end).collect();
    let header = world.text(".modpin/include/git2_features.h");
    let lines = header.lines().filter_map(|line| line.strip_prefix("#define "));
    decided.extend(lines.map(|line| line.trim().to_owned()));
    decided
}

/// Builds all of it, and runs what was made: the library's own program, too.
fn made(world: &World, declare: impl Fn(&mut Project), expected: &str) {
    assert_eq!(world.build(declare).expect_success().said, "");
    let _ = std::fs::remove_dir_all(world.built("repository"));
    let said = world.printed("commit", &["repository"]);
    let (name, rest) = said.split_once('\n').unwrap_or((&said, ""));
    assert_eq!(format!("{}\n{rest}", &name[..name.len().min(8)]), expected);
    let mut shows = world.command(world.built("git2_cli"));
    let shown = Said::of(shows.current_dir(world.built("repository")).args(["cat-file", "-p", name]));
    let who = "author A U Thor <author@example.com> 1000000000 +0000\n";
    assert!(shown.out.contains(who) && shown.out.ends_with("\nfirst\n"), "{}", shown.text());
}

/// All archives together have what the one of others has.
fn as_theirs(world: &World, theirs: Defined, only_ours: &[&str]) {
    let mut ours = Defined::new();
    for archive in ARCHIVES {
        let archive = world.built(&format!("lib{archive}.a"));
        if archive.exists() {
            let members = defined(world, &archive);
            members
                .into_iter()
                .for_each(|(member, symbols)| ours.entry(member).or_default().extend(symbols));
        }
    }
    ours.retain(|member, _| !only_ours.contains(&member.as_str()));
    assert!(ours.len() > 150, "{:?}", ours.keys());
    for (member, symbols) in &ours {
        assert_eq!(Some(symbols), theirs.get(member), "{member}");
    }
    assert_eq!(ours, theirs);
}

/// The same sources through CMake.
fn as_their_cmake(world: &World, sources: &str, backends: &str) {
    if ["cmake", "ninja"].iter().any(|tool| skip::is_missing(tool, "libgit2's own CMake")) {
        return;
    }
    let options = "-G Ninja -DBUILD_TESTS=OFF -DBUILD_CLI=OFF -DBUILD_SHARED_LIBS=OFF";
    let _ = std::fs::remove_dir_all(world.path("cmake"));
    world.call(&format!("cmake -S {sources} -B cmake {options} {backends}"));
    world.call("ninja -C cmake");
    as_theirs(world, defined(world, &world.path("cmake/libgit2.a")), &[]);
}
