//! The picture for graphviz: what modules make their hosts link. Archives are boxes, and only members that a pin leads to
//! are drawn one by one: the rest is a number, or nobody could look at it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Host, Linked, Picture};

/// The text of a `digraph`. The same picture gives the same text.
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from(
        "digraph modpin {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=10];\n",
    );
    out += "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    for (number, module) in picture.modules.iter().enumerate() {
        line(
            &mut out,
            format_args!("  m{number} [label={}, shape=box, style=rounded];", quoted(&module.name)),
        );
    }
    for (number, library) in picture.shared_libraries.iter().enumerate() {
        let (name, style) = (quoted(&library.part.name), "shape=box, style=\"rounded,bold\"");
        line(&mut out, format_args!("  s{number} [label={name}, {style}];"));
        of_links(&mut out, &format!("s{number}"), &library.part.links);
    }
    let linking = picture.modules.iter().map(|module| &module.links).enumerate();
    linking.for_each(|(number, links)| of_links(&mut out, &format!("m{number}"), links));
    for (number, host) in picture.hosts.iter().enumerate() {
        of_links(&mut out, &format!("h{number}"), &host.links);
        of_host(&mut out, picture, number, host);
    }
    of_rules(&mut out, picture);
    out + "}\n"
}

/// Rules, with lines to what holds the objects that are compiled of what they make.
fn of_rules(out: &mut String, picture: &Picture) {
    for (number, rule) in picture.rules.iter().enumerate() {
        let label = quoted(&format!("{}\n{}", rule.name, rule.tool));
        line(out, format_args!("  r{number} [label={label}, shape=note];"));
        let ends: BTreeSet<String> = rule.units.iter().flat_map(|&unit| ends(picture, unit)).collect();
        for end in ends {
            line(out, format_args!("  r{number} -> {end} [style=dotted];"));
        }
    }
}

/// The nodes in which a unit is drawn.
fn ends(picture: &Picture, unit: usize) -> Vec<String> {
    let archive = picture.units.get(unit).and_then(|unit| unit.archive);
    let in_hosts = picture.hosts.iter().enumerate().filter_map(|(number, host)| match archive {
        Some(archive) if !host.archives.contains(&archive) => None,
        Some(_) if is_drawn(host, unit) => Some(node(number, unit)),
        Some(archive) => Some(format!("h{number}a{archive}")),
        None => host.objects.contains(&unit).then(|| format!("h{number}")),
    });
    let of = |parts: &[usize]| parts.contains(&unit);
    let modules = picture.modules.iter().enumerate().filter(|(_, module)| of(&module.objects));
    let shared = picture.shared_libraries.iter().enumerate();
    let shared = shared.filter(|(_, library)| of(&library.part.objects));
    let others = modules.map(|(at, _)| format!("m{at}")).chain(shared.map(|(at, _)| format!("s{at}")));
    in_hosts.chain(others).collect()
}

fn of_links(out: &mut String, from: &str, links: &[usize]) {
    for to in links {
        line(out, format_args!("  {from} -> s{to} [style=dashed, arrowhead=empty];"));
    }
}

fn of_host(out: &mut String, picture: &Picture, number: usize, host: &Host) {
    line(out, format_args!("  h{number} [label={}, shape=box, style=bold];", quoted(&host.name)));
    for &archive in &host.archives {
        of_archive(out, picture, number, host, archive);
    }
    for linked in drawn(host) {
        if let (Some(symbol), Some(by)) = (&linked.symbol, linked.by) {
            let (from, to) = (node(number, by), node(number, linked.unit));
            line(out, format_args!("  {from} -> {to} [label={}];", quoted(picture.said(symbol))));
        }
    }
    for export in host.exports.iter().filter(|export| !export.project || !export.modules.is_empty()) {
        let member = picture.units.get(export.unit).and_then(|unit| unit.archive);
        let to = match member {
            Some(_) if is_drawn(host, export.unit) => node(number, export.unit),
            Some(archive) => format!("h{number}a{archive}"),
            None => format!("h{number}"),
        };
        let style = if export.pinned { "color=\"#b45309\"" } else { "style=dashed" };
        for module in &export.modules {
            line(
                out,
                format_args!(
                    "  m{module} -> {to} [label={}, {style}];",
                    quoted(picture.said(&export.symbol))
                ),
            );
        }
    }
}

fn of_archive(out: &mut String, picture: &Picture, number: usize, host: &Host, archive: usize) {
    let Some(found) = picture.archives.get(archive) else { return };
    let linked = host.linked.iter().filter(|linked| found.members.contains(&linked.unit)).count();
    let title = format!("{}: {linked} of {} members", found.file_name, found.members.len());
    line(out, format_args!("  subgraph cluster_h{number}a{archive} {{"));
    line(out, format_args!("    label={};", quoted(&title)));
    let rest = linked - drawn(host).filter(|linked| found.members.contains(&linked.unit)).count();
    let text = format!("{rest} for {}", host.name);
    line(out, format_args!("    h{number}a{archive} [label={}, shape=plain];", quoted(&text)));
    for linked in drawn(host).filter(|linked| found.members.contains(&linked.unit)) {
        let name = picture.units.get(linked.unit).map(|unit| unit.name.as_str()).unwrap_or_default();
        let node = node(number, linked.unit);
        line(out, format_args!("    {node} [label={}, shape=box];", quoted(name)));
    }
    line(out, format_args!("  }}"));
    line(out, format_args!("  h{number} -> h{number}a{archive} [style=dotted, arrowhead=none];"));
}

fn drawn(host: &Host) -> impl Iterator<Item = &Linked> {
    host.linked.iter().filter(|linked| linked.pinned)
}

fn is_drawn(host: &Host, unit: usize) -> bool {
    drawn(host).any(|linked| linked.unit == unit)
}

fn node(host: usize, unit: usize) -> String {
    format!("h{host}u{unit}")
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_is_one_text_whatever_is_in_it() {
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(quoted("a\\\"b\\"), r#""a\\\"b\\""#);
        assert_eq!(quoted("two\nlines"), r#""two\nlines""#);
    }
}
