"""Widgets follow the URL, in both directions, also when a parameter disappears from it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from ui.state import follow_text, follow_url, follow_url_many, remember_choice

    one = st.selectbox("One", ["a", "b", "c"], key=follow_url("one", ["a", "b", "c"], "a"))
    remember_choice("one", one, "a")
    many = st.multiselect("Many", [1, 2, 3], key=follow_url_many("many", [1, 2, 3]))
    remember_choice("many", many, [])
    text = st.text_input("Text", key=follow_text("text"))
    remember_choice("text", text, "")


def open_page(**parameters: str) -> AppTest:
    app = AppTest.from_function(_page, default_timeout=60)
    visit(app, **parameters)
    return app


def visit(app: AppTest, **parameters: str) -> None:
    """As the browser does on Back, Forward and a link to the same page: another query, the same session."""
    app.query_params.clear()
    app.query_params.update(parameters)
    app.run()
    assert not app.exception


def read(app: AppTest) -> tuple[object, object, object]:
    return app.selectbox[0].value, app.multiselect[0].value, app.text_input[0].value


def read_url(app: AppTest) -> dict[str, str]:
    return {name: "".join(value) for name, value in dict(app.query_params).items()}


def test_the_url_is_shown_and_kept() -> None:
    app = open_page(one="b", many="1,3", text="x")
    assert read(app) == ("b", [1, 3], "x")
    assert read_url(app) == {"one": "b", "many": "1,3", "text": "x"}
    app.run()
    assert read(app) == ("b", [1, 3], "x")


def test_a_choice_is_written_to_the_url_and_back_undoes_it() -> None:
    app = open_page()
    app.selectbox[0].set_value("c")
    app.multiselect[0].set_value([2])
    app.text_input[0].set_value("word")
    app.run()
    assert read_url(app) == {"one": "c", "many": "2", "text": "word"}
    visit(app)
    assert read(app) == ("a", [], "")
    visit(app, one="c", many="2", text="word")
    assert read(app) == ("c", [2], "word")


def test_what_the_widget_does_not_offer_is_ignored() -> None:
    app = open_page(one="b")
    visit(app, one="nothing")
    assert read(app)[0] == "b"


def test_a_parameter_that_disappears_beside_one_that_stays() -> None:
    app = open_page(one="c", text="x")
    visit(app, text="x")
    assert read(app) == ("a", [], "x")
