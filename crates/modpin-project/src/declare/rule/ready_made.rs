//! Rules that many projects have: each is one that could be written by hand, and takes further arguments as any other.

use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{RuleArg, concat, depfile, input, output, tool};

impl Rule {
    /// A file under another name: `Rule::copy("module-map", "map.in", "map")`.
    pub fn copy(name: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Rule {
        Rule::new(name).run(["cp".into(), input(from), output(to)])
    }

    /// A file as gzip packs it, without time and name.
    pub fn gzip(name: impl Into<String>, from: impl Into<RuleArg>, to: impl Into<String>) -> Rule {
        Rule::new(name).run(["gzip", "-9", "-n", "-c"]).stdin(from).stdout(output(to))
    }

    /// A file that the preprocessor has gone through, as linker scripts (`.lds.S`) and version scripts do. Further arguments are
    /// the compiler's: `.run("-Iinclude")`. It sees the headers that the build writes; those that rules make are
    /// named by `.reads(&rule)`.
    pub fn preprocess(name: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Rule {
        let to = to.into();
        let told = depfile(format!("{to}.d"));
        let args = [tool("cc"), "-E".into(), "-P".into(), "-x".into(), "assembler-with-cpp".into()];
        let files = ["-MD".into(), "-MF".into(), told, "-o".into(), output(to), input(from)];
        Rule::new(name).run(args).run(files)
    }

    /// A file of a target, or one that a rule makes, as objcopy changes it: `Rule::objcopy("image", ["-O", "binary"], host.arg(),
    /// "image.bin")`.
    pub fn objcopy<A: Into<RuleArg>>(
        name: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        from: impl Into<RuleArg>,
        to: impl Into<String>,
    ) -> Rule {
        let args: Vec<RuleArg> = args.into_iter().map(Into::into).collect();
        Rule::new(name).run(tool("objcopy")).run(args).run([file(from), output(to)])
    }

    /// A file of a target, or one that a rule makes, without symbols and debug information. Further arguments are strip's.
    pub fn strip(name: impl Into<String>, from: impl Into<RuleArg>, to: impl Into<String>) -> Rule {
        Rule::new(name).run([tool("strip"), "-o".into(), output(to), file(from)])
    }

    /// A file as data of a program: the source `SYMBOL.S` defines `SYMBOL`, `SYMBOL_end` and `SYMBOL_size`, which is 8 bytes
    /// wide. It is a source of whoever wants it: `.sources(&logo)`.
    pub fn embed(name: impl Into<String>, from: impl Into<RuleArg>, symbol: impl AsRef<str>) -> Rule {
        let symbol = symbol.as_ref();
        let define = |name: &str| format!(".globl {name}\\n{name}:\\n");
        let (start, end) = (define(symbol), define(&format!("{symbol}_end")));
        let size = define(&format!("{symbol}_size"));
        let text = format!(
            ".section .rodata\\n.balign 16\\n{start}.incbin \"%s\"\\n{end}.byte 0\\n.balign 8\\n{size}.quad {symbol}_end - {symbol}\\n\
             .section .note.GNU-stack,\"\",%%progbits\\n"
        );
        let rule = Rule::new(name).run(["printf".into(), RuleArg::Text(text), file(from)]);
        rule.stdout(output(format!("{symbol}.S")))
    }
}

/// A text is a file here.
fn file(from: impl Into<RuleArg>) -> RuleArg {
    match from.into() {
        RuleArg::Text(path) => input(path),
        RuleArg::Concat(parts) => concat(parts),
        file => file,
    }
}
