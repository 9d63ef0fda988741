"""Buttons that are forms of their own."""

from django.template import Context, Template
from django.urls import reverse


def rendered(call: str, **context: object) -> str:
    source = "{% load buttons %}" + call + "Go & see{% endpost_button %}"
    return Template(source).render(Context({"csrf_token": "secret", **context}))


def test_a_button_posts_with_the_token_of_its_page() -> None:
    html = rendered('{% post_button "classrooms:clone" dojo %}', dojo="abc")
    assert f'action="{reverse("classrooms:clone", args=["abc"])}"' in html
    assert 'name="csrfmiddlewaretoken" value="secret"' in html
    assert "Go & see</button>" in html
    assert "hx-" not in html
    assert "value=" not in html.split("<button")[1]


def test_a_button_asks_first_and_says_which_it_was() -> None:
    call = '{% post_button "classrooms:clone" "abc" value="end" confirm=question look="btn-sm" %}'
    html = rendered(call, question='Close "this"?')
    assert 'hx-boost="true" hx-confirm="Close &quot;this&quot;?"' in html
    assert 'name="action" value="end"' in html
    assert 'class="btn btn-sm"' in html
