"""The controls of a page as a browser would post them."""

from html.parser import HTMLParser

UNSENT = {"submit", "button", "file", "reset"}


class _Controls(HTMLParser):
    """Reads the controls of the form with an id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.is_inside = form_id, False
        self.values: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = attributes.get("id") == self.form_id
        if not self.is_inside:
            return
        name = attributes.get("name", "")
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            is_chosen = kind not in ("radio", "checkbox") or "checked" in attributes
            if kind not in UNSENT and is_chosen:
                self._add(name, attributes.get("value", ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attributes:
            self._add(self.select, attributes.get("value", ""))
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self._add(self.area, self.text.removeprefix("\n"))
            self.area = ""
        elif tag == "form":
            self.is_inside = False

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


def controls_of(page: str, form_id: str) -> dict[str, list[str]]:
    parser = _Controls(form_id)
    parser.feed(page)
    return parser.values
