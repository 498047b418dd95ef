//! What this repository builds with modpin: the demo in `c-src`. One declaration, nothing else; how it
//! is built is modpin's business.

use modpin::{
    Autoconf, Dir, Executable, Flags, HostProgram, InstallFiles, Library, Module, Opt, Probe, Project,
    Rule, Tristate, output, when,
};

fn main() -> std::process::ExitCode {
    modpin_cli::main!(declare)
}

fn declare(p: &mut Project) -> modpin::Result<()> {
    p.name("imgtool").identity("imgtool 1");
    p.include("c-src/include").cflags(["-std=c11", "-Wall", "-Wextra"]);

    let columns = Opt::int("HEXDUMP_COLUMNS").default(16).range(8..=64);
    p.option(columns.help("bytes in a line of a hex dump"));
    p.autoconf(Autoconf::new());

    let mkcrc = p.add(HostProgram::new("mkcrc").sources("c-src/tools/mkcrc.c"));
    let table = Rule::new("crc-table").run([mkcrc.arg()]).stdout(output("c-src/util/crc_table.h"));
    let table = p.add(table);

    let stub = p.add(Library::new("imgstub").sources("c-src/stubs/*.c"));
    let util = Library::new("imgutil").sources("c-src/util/**/*.c").link(stub);
    let headers = InstallFiles::new("include", "c-src/include/img/*.h").from("c-src/include");
    let util = p.add(util.generated_headers(&table).install_files(headers));

    let load = Library::new("modpin_load").sources("crates/modpin-load/c/modpin_load.c");
    let load = p.add(load.public(Flags::new().include("crates/modpin-load/c")));

    p.dir("c-src/block", block)?;
    p.add(Module::new("trace").sources("c-src/trace/*.c"));

    p.add(
        Executable::new("imgtool")
            .sources("c-src/imgtool/*.c")
            .link([util, stub, load])
            .loads(["block/*", "trace"])
            .system_library("dl"),
    );
    Ok(())
}

/// The image formats, a module each. Paths start in `c-src/block`.
fn block(d: &mut Dir) -> modpin::Result<()> {
    d.flags(Flags::new().cflags(["-Wshadow", "-Wmissing-prototypes"]));

    let crypt = d.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
    let large = Opt::bool("VMAP_LARGE").depends_on("TARGET_POINTER_WIDTH = '64'");
    let large = d.option(large.help("64 KiB a cluster in vmap images"));

    let bzero = Probe::function("explicit_bzero").with_header("string.h").define("_DEFAULT_SOURCE");
    let bzero = d.probe(bzero);

    d.add(Module::new("block/raw").sources("raw.c").built_in());
    d.add(
        Module::new("block/crypt")
            .when(crypt)
            .sources("crypt/*.c")
            .defines(when(bzero, "HAVE_EXPLICIT_BZERO")),
    );
    d.add(
        Module::new("block/vmap")
            .sources("vmap.c")
            .defines(when(!large, "VMAP_CLUSTER_BITS=12"))
            .defines(when(large, "VMAP_CLUSTER_BITS=16"))
            .system_library("m"),
    );
    Ok(())
}
