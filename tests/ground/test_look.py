"""The look: contrast of the tokens, one drawing for every status, no raw colour."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from trial_edc.statuses import KINDS, LOOKS

STATIC = Path(settings.BASE_DIR) / "static"
TOKENS = (STATIC / "css/tokens.css").read_text()
MINIMUM = 4.5
HEX = r"#[0-9a-f]{6}"
STYLE_SHEETS = [
    path
    for path in sorted((STATIC / "css").rglob("*.css"))
    if path.name != "tokens.css"
]
# The named colours of CSS Color 4.
NAMED = """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond
    blue blueviolet brown burlywood cadetblue chartreuse chocolate coral
    cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid
    darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey
    darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
    firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod
    gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki
    lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon
    lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue
    lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
    mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen
    mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
    navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod
    palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
    powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon
    sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey
    snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen
""".split()  # noqa: SIM905 - a list of words reads better
FUNCTIONS = ("rgba?", "hsla?", "hwb", "lab", "lch", "oklab", "oklch")
RAW_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b"
    rf"|\b(?:{'|'.join(FUNCTIONS)})\("
    rf"|(?<![\w-])(?:{'|'.join(NAMED)})(?![\w-])",
    re.IGNORECASE,
)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(rf"--([a-z-]+): ({HEX});", block))


LIGHT, DEVICE_DARK, CHOSEN_DARK, _PAPER = (
    colours(block) for block in re.split(r"@media|\n:root\[|\n/\* On paper", TOKENS)
)
THEMES = {"light": LIGHT, "dark": CHOSEN_DARK}
ON_SURFACES = list(product(("ink", "muted", "accent"), ("paper", "raised", "sunken")))
PAIRS = [
    *ON_SURFACES,
    *product(("attention", "danger", "good", "restricted"), ("paper", "raised")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "accent-soft"),
    ("accent", "accent-soft"),
    ("ink", "attention-soft"),
    *((tone, f"{tone}-soft") for tone in ("attention", "danger", "good", "restricted")),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return sum(
        weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme, text, ground):
    tokens = THEMES[theme]

    assert contrast(tokens[text], tokens[ground]) >= MINIMUM


@pytest.mark.parametrize("theme", THEMES)
def test_frames_of_controls_can_be_seen(theme):
    tokens = THEMES[theme]

    assert contrast(tokens["control-line"], tokens["raised"]) >= 3


def test_both_dark_blocks_are_the_same():
    assert DEVICE_DARK == CHOSEN_DARK
    assert CHOSEN_DARK.keys() == LIGHT.keys()


def raw_colours(css: str) -> list[str]:
    declared = re.findall(
        r"[\w-]+\s*:\s*([^;{}]+)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    )
    return [hit for value in declared for hit in RAW_COLOUR.findall(value)]


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=lambda path: path.name)
def test_raw_colours_are_in_the_tokens_alone(path):
    assert raw_colours(path.read_text()) == []


@pytest.mark.parametrize(
    ("css", "raw"),
    [
        ("a { color: #fff; }", ["#fff"]),
        ("a { border: 1px solid RGB(0 0 0 / 35%); }", ["RGB("]),
        ("a { background: hsl(120deg 75% 25%); }", ["hsl("]),
        ("a { border: 0.4mm solid black; }", ["black"]),
        ("a { --line: tomato; }", ["tomato"]),
        ("a { color: var(--ink); white-space: nowrap; background: transparent; }", []),
        ("#reds { color: color-mix(in srgb, var(--line) 55%, transparent); }", []),
    ],
)
def test_raw_colour_is_seen(css, raw):
    assert raw_colours(css) == raw


def test_every_shape_is_drawn():
    symbols = set(
        re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons/status.svg").read_text())
    )

    assert {look.shape for look in LOOKS.values()} <= symbols


@pytest.mark.parametrize("kind", ["Form", "Mark", "Visit"])
def test_shapes_alone_tell_the_statuses_of_a_kind_apart(kind):
    shapes = [look.shape for look in KINDS[kind].values()]

    assert len(set(shapes)) == len(shapes)


def test_what_is_due_does_not_look_like_a_draft():
    assert LOOKS["due"].shape != LOOKS["draft"].shape


def test_status_means_the_same_everywhere():
    assert len(LOOKS) == sum(len(kind) for kind in KINDS.values())


@pytest.mark.parametrize("code", LOOKS)
def test_status_has_shape_and_word(code):
    html = Template("{% status code word=False %}").render(Context({"code": code}))

    assert f"#{LOOKS[code].shape}" in html
    assert f">{LOOKS[code].word}<" in html


def test_no_template_has_inline_code_or_style():
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    colours = [
        (path.name, hit)
        for path in templates
        for hit in re.findall(
            r"\sstyle=|\son[a-z]+=|<style|<script>|javascript:", path.read_text()
        )
    ]

    assert colours == []
