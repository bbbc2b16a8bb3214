"""The player: playing, moving about, and what it remembers."""

from __future__ import annotations

import pytest

from tests.site.conftest import Opening
from tests.site.stand import GUID, URL, Pages, said

SECOND_PLAYER = """
addEventListener("readystatechange", () => {
  const player = document.querySelector(".player");
  if (document.readyState === "interactive") player.after(player.cloneNode(true));
}, true);
"""
"""A page of a show's own theme may have more than one; ours have not."""

TOLERANCE_SECONDS = 2.5
"""The sound runs on while the test looks."""


def near(seconds: float) -> object:
    return pytest.approx(seconds, abs=TOLERANCE_SECONDS)


def test_it_plays_and_pauses(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    play = seen.page.get_by_role("button", name=said("play"), exact=True)
    play.click()
    seen.wait_for_sound()
    seen.wait("document.querySelector('audio').currentTime > 0.3")
    seen.page.get_by_role("button", name=said("pause"), exact=True).click()
    seen.wait("document.querySelector('audio').paused")
    assert not seen.page.locator(".player audio").is_visible()


def test_nothing_is_downloaded_before_somebody_listens(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    seen.page.wait_for_load_state("networkidle")
    assert [url for url in seen.requests if url.endswith(".mp3")] == []
    assert seen.page.locator(".controls .whole").inner_text() == "3:15"


def test_nothing_jumps_when_the_controls_come(visit: Opening, pages: Pages) -> None:
    watch = """
    window.shifted = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) window.shifted += entry.value;
    }).observe({type: "layout-shift", buffered: true});
    """
    for width in (360, 1024):
        seen = visit(pages.episode, width=width, script=watch)
        seen.wait_for_player()
        seen.page.wait_for_load_state("networkidle")
        assert seen.page.evaluate("window.shifted") < 0.01


def test_a_chapter_seeks_and_is_marked(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    start, title = pages.chapters[2]
    item = seen.page.locator("[data-chapters].ready > li").nth(2)
    item.get_by_role("link").click()
    seen.wait_for_sound()
    assert seen.position == near(start)
    assert item.get_attribute("aria-current") == "true"
    assert seen.page.locator("[data-chapters] [aria-current]").count() == 1
    seen.wait_for_player()
    seen.page.locator(".controls .chapter", has_text=title).wait_for()
    picture = seen.page.locator(".controls .picture")
    assert picture.get_attribute("src") == item.locator("img").get_attribute("src")

    seen.page.get_by_role("button", name=said("next_chapter")).click()
    seen.wait(f"document.querySelector('audio').currentTime >= {pages.chapters[3][0]}")
    seen.page.get_by_role("button", name=said("previous_chapter")).click()
    seen.wait(f"document.querySelector('audio').currentTime < {pages.chapters[3][0]}")
    assert seen.position == near(start)


def test_the_transcript_seeks_and_follows(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    cue = seen.page.locator("[data-transcript].timed span[data-start]").nth(12)
    start = float(cue.get_attribute("data-start"))
    cue.click()
    seen.wait_for_sound()
    assert seen.position == near(start)
    seen.page.locator("[data-transcript] [aria-current]").wait_for()
    assert float(seen.page.locator("[data-transcript] [aria-current]").get_attribute("data-start")) >= start
    # The words go on; what is heard stays in sight.
    seen.page.evaluate("document.querySelector('audio').playbackRate = 8")
    heard = "document.querySelector('[data-transcript] [aria-current]')"
    seen.wait(f"Number({heard}.dataset.start) > {start + 10}")
    seen.page.evaluate("document.querySelector('audio').pause()")
    seen.wait(f"(box => box.top > 0 && box.bottom < innerHeight)({heard}.getBoundingClientRect())")


def test_who_scrolls_away_is_left_in_peace(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode, reduced_motion="reduce")
    seen.page.locator("[data-transcript].timed span[data-start]").nth(2).click()
    seen.wait_for_sound()
    seen.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    first = seen.page.locator("[data-transcript] [aria-current]").get_attribute("data-start")
    seen.page.evaluate("document.querySelector('audio').playbackRate = 8")
    seen.wait(f"document.querySelector('[data-transcript] [aria-current]').dataset.start !== '{first}'")
    assert seen.page.evaluate("scrollY") == 0
    toggle = seen.page.get_by_role("button", name=said("follow_transcript"))
    assert toggle.get_attribute("aria-pressed") == "true"
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "false"
    assert seen.kept("follow") is False


def test_the_transcript_has_one_tab_stop(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    times = seen.page.locator("[data-transcript] .from")
    times.first.wait_for()
    assert times.count() > 10
    assert seen.page.locator("[data-transcript] .from[tabindex='0']").count() == 1
    times.first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
        seen.page.keyboard.press(key)
    third = times.nth(2)
    assert third.evaluate("button => button === document.activeElement")
    seen.page.keyboard.press("Enter")
    seen.wait_for_sound()
    first_cue = seen.page.locator("[data-transcript] p").nth(2).locator("span[data-start]").first
    assert seen.position == near(float(first_cue.get_attribute("data-start")))


@pytest.mark.parametrize(("address", "seconds"), [("#t=1:17", 77), ("#t=90", 90), ("#t=0:02:05", 125)])
def test_a_link_to_a_moment(visit: Opening, pages: Pages, address: str, seconds: float) -> None:
    seen = visit(pages.episode + address)
    seen.wait_for_player()
    assert seen.position == pytest.approx(seconds)
    assert seen.page.evaluate("document.querySelector('audio').paused")
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    assert seen.position == near(seconds)


def test_a_moment_in_the_notes_is_played(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    seen.page.locator("a[href='#t=1:17']").click()
    seen.wait_for_sound()
    assert seen.position == near(77)
    seen.page.evaluate("location.hash = '#t=2:30'")
    seen.wait("document.querySelector('audio').currentTime >= 150")


def test_the_position_is_remembered(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.page.locator("[data-chapters].ready > li").nth(1).get_by_role("link").click()
    seen.wait_for_sound()
    seen.page.reload()
    seen.wait_for_player()
    assert seen.position == near(37)
    assert seen.page.locator(".controls .chapter").inner_text().startswith(said("continue_at", time="0:3"))
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    assert seen.position == near(37)
    assert seen.page.locator(".controls .chapter").inner_text() == pages.chapters[1][1]


def test_the_position_is_forgotten_near_the_end(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode + "#t=100")
    seen.wait_for_player()
    assert seen.kept(f"position:{GUID}") == 100
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    seen.page.evaluate("document.querySelector('audio').currentTime = 194")
    seen.wait(f"localStorage.getItem('publisher:position:{GUID}') === null")
    seen.wait("document.querySelector('audio').ended")
    seen.page.goto(pages.at(f"{pages.episode}?again"))
    seen.wait_for_player()
    assert seen.position == 0


def test_the_speed_is_remembered_for_the_show(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    seen.page.get_by_label(said("speed")).select_option("1.5")
    assert seen.page.evaluate("document.querySelector('audio').playbackRate") == 1.5
    assert "1,5×" in seen.page.locator(".choice.speed").inner_text()
    seen.page.goto(pages.at(pages.home))
    seen.wait_for_player()
    seen.page.get_by_role("button", name=said("play"), exact=True).first.click()
    seen.wait_for_sound()
    assert seen.page.evaluate("document.querySelector('audio').playbackRate") == 1.5


def test_only_one_sound_is_heard(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.home, script=SECOND_PLAYER)
    seen.page.locator(".player.ready").nth(1).wait_for()
    for place in (0, 1):
        seen.page.locator(".player").nth(place).get_by_role("button", name=said("play"), exact=True).click()
        seen.wait(f"!document.querySelectorAll('audio')[{place}].paused")
    seen.wait("document.querySelectorAll('audio')[0].paused")


def test_everything_by_keyboard(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    keyboard = seen.page.keyboard
    keyboard.press("k")
    assert seen.page.evaluate("document.querySelector('audio').paused"), "a key is nobody's before it began"
    for _ in range(30):
        keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.dataset.plyr") == "play":
            break
    keyboard.press("Space")
    seen.wait_for_sound()
    keyboard.press("l")
    seen.wait("document.querySelector('audio').currentTime > 29")
    keyboard.press("j")
    seen.wait("document.querySelector('audio').currentTime < 20")
    keyboard.press("ArrowRight")
    seen.wait("document.querySelector('audio').currentTime > 40")
    keyboard.press("Shift+ArrowRight")
    seen.wait(f"document.querySelector('audio').currentTime >= {pages.chapters[2][0]}")
    keyboard.press("Shift+ArrowLeft")
    seen.wait(f"document.querySelector('audio').currentTime < {pages.chapters[2][0]}")
    keyboard.press("m")
    seen.wait("document.querySelector('audio').muted")
    seen.page.get_by_role("button", name=said("mute"), pressed=True).wait_for()
    keyboard.press("k")
    seen.wait("document.querySelector('audio').paused")
    # The slider tells times, not hundredths, and moves by them.
    slider = seen.page.get_by_role("slider", name=said("seek"))
    slider.focus()
    keyboard.press("Home")
    keyboard.press("ArrowRight")
    seen.wait("Math.abs(document.querySelector('audio').currentTime - 30) < 0.5")
    seen.wait("/^0:(29|30) [/] 3:15$/.test(document.querySelector('.bar-of-time input').ariaValueText)")


def test_keys_are_left_to_fields(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.wait_for_player()
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    field = seen.page.get_by_label(said("reflection_label"))
    field.fill("")
    field.press_sequentially("klmj k")
    assert field.input_value() == "klmj k"
    assert not seen.page.evaluate("document.querySelector('audio').paused")
    assert not seen.page.evaluate("document.querySelector('audio').muted")


def test_the_sleep_timer_fades_and_stops(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode)
    seen.page.clock.install()
    seen.page.reload()
    seen.page.clock.run_for(2_000)
    seen.wait_for_player()
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    seen.page.get_by_label(said("sleep_timer")).select_option("5")
    assert "5:00" in seen.page.locator(".choice.sleep").inner_text()
    seen.page.clock.run_for(296_000)
    seen.wait("document.querySelector('audio').volume < 0.6")
    seen.page.clock.run_for(5_000)
    seen.wait("document.querySelector('audio').paused")
    assert seen.page.evaluate("document.querySelector('audio').volume") == 1
    assert seen.page.get_by_label(said("sleep_timer")).input_value() == ""


def test_sleep_at_the_end_of_the_chapter(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode + "#t=0:35")
    seen.wait_for_player()
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    seen.page.get_by_label(said("sleep_timer")).select_option("chapter")
    seen.wait("document.querySelector('audio').paused")
    assert seen.position == pytest.approx(pages.chapters[1][0], abs=1)


def test_the_lock_screen_knows_the_episode(visit: Opening, pages: Pages) -> None:
    watch = """
    window.actions = {};
    const set = MediaSession.prototype.setActionHandler;
    MediaSession.prototype.setActionHandler = function (action, handler) {
      actions[action] = handler;
      set.call(this, action, handler);
    };
    """
    seen = visit(pages.episode, script=watch)
    seen.wait_for_player()
    seen.page.get_by_role("button", name=said("play"), exact=True).click()
    seen.wait_for_sound()
    told = seen.page.evaluate(
        "(({title, artist, album, artwork}) => [title, artist, album, artwork[0].src])"
        "(navigator.mediaSession.metadata)"
    )
    assert told[:3] == ["Hvordan finner en podkast fram?", pages.chapters[0][1], "Tingen har ordet"]
    assert told[3].startswith(pages.url)
    seen.page.evaluate("actions.seekto({seekTime: 80})")
    seen.wait("document.querySelector('audio').currentTime >= 80")
    seen.page.evaluate("actions.nexttrack({})")
    seen.wait(f"document.querySelector('audio').currentTime >= {pages.chapters[3][0]}")
    seen.page.evaluate("actions.seekbackward({})")
    seen.wait(f"document.querySelector('audio').currentTime < {pages.chapters[3][0]}")
    seen.page.evaluate("actions.pause({})")
    seen.wait("document.querySelector('audio').paused")


def test_without_plyr_the_plain_player_works(visit: Opening, pages: Pages) -> None:
    seen = visit("certificate/")
    seen.page.route("**/plyr.js", lambda route: route.abort())
    seen.page.goto(pages.at(pages.episode))
    seen.page.locator(".player.plain").wait_for()
    assert seen.page.locator(".player audio[controls]").is_visible()
    seen.page.locator("[data-chapters].ready > li").nth(2).get_by_role("link").click()
    seen.wait_for_sound()
    assert seen.position == near(pages.chapters[2][0])
    seen.page.locator("[data-transcript].timed span[data-start]").nth(3).click()
    seen.wait("document.querySelector('audio').currentTime < 60")
    assert seen.faults, "that it failed is told"
    seen.faults.clear()


def test_a_moment_is_copied(visit: Opening, pages: Pages) -> None:
    seen = visit(pages.episode + "#t=1:17", permissions=["clipboard-read", "clipboard-write"])
    seen.wait_for_player()
    seen.page.locator(".player").get_by_role("button", name=said("copy_moment")).click()
    seen.page.locator("[data-told]").wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{URL}episodes/finner/#t=1:17"
