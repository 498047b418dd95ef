//! The page in a narrow window, and by the keyboard.

use modpin::{Executable, Project};

use super::{ENTER, ESCAPE, declare, drawn, world, written};
use crate::browser::Browser;

/// In a narrow window the story lies over the page, nothing sticks out, and a search leaves the keyboard where it led to.
#[test]
fn a_narrow_window_shows_the_story() {
    let Some(browser) = Browser::open("a page in a narrow window", 500, 800) else { return };
    let world = world();
    let declare = |p: &mut Project| {
        declare(p);
        for at in 0..12 {
            p.add(
                Executable::new(format!("another-program-{at}"))
                    .sources("host.c")
                    .link(["util"])
                    .system_library("dl"),
            );
        }
    };
    browser.show(&written(&world, &drawn(&world, declare), "narrow.html"), "");
    let wide = "document.documentElement.scrollWidth > innerWidth";
    assert_eq!(browser.value(wide), false);
    browser.click("#modules li:nth-child(1) button");
    let seen = "(() => { const box = document.querySelector('#details h3').getBoundingClientRect(); \
                return box.top > document.querySelector('header').offsetHeight && box.top > innerHeight / 2 && box.bottom < innerHeight; })()";
    assert_eq!((browser.text("#details h3").as_str(), browser.value(seen)), ("drivers/m", true.into()));
    assert_eq!(browser.value(wide), false);
    let label = "getComputedStyle(document.querySelector('#pins li.gap')).display";
    assert_eq!(browser.value(label), "none", "what is gathered is in no order that a label could part");
    browser.typed("#search", &format!("follower.c{ENTER}"));
    assert_eq!(browser.value("document.activeElement.title.split('\\n')[0]"), "follower.c.o");
    assert_eq!(browser.value(seen), true);
    browser.typed(".tile.selected", ESCAPE);
    assert_eq!(browser.text("#details h3"), "host");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_member_of_a_symbol_comes_into_sight() {
    let Some(browser) = Browser::open("a page in a low window", 1400, 420) else { return };
    let world = world();
    browser.show(&written(&world, &drawn(&world, declare), "low.html"), "");
    let seen = "(() => { const box = document.querySelector('.tile[title^=pinned]').getBoundingClientRect(); \
                return box.top > 0 && box.bottom <= innerHeight; })()";
    assert_eq!(browser.value(seen), false, "it lies too deep for this window");
    browser.click("#pins li:nth-child(1) button");
    assert_eq!((browser.text("#details h3").as_str(), browser.value(seen)), ("pinned", true.into()));
    assert_eq!(browser.complaints(), [""; 0]);
}
