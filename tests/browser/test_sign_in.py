"""The way in: the link of the terminal opens the gallery, and without it nothing is shown."""


def test_the_link_of_the_terminal_opens_the_gallery(serve, tab):
    server = serve("--demo")
    tab.sign_in(server)
    tab.page.wait_for_selector("img")
    assert tab.page.url.rstrip("/") == server.address
    assert "Vitrine" in tab.page.title()
    assert tab.violations() == []


def test_a_link_works_once(serve, tab):
    server = serve("--demo")
    tab.expected.append("401")
    assert tab.page.request.get(server.link, max_redirects=0).status == 303
    tab.page.context.clear_cookies()
    tab.page.request.get(server.link)
    assert tab.page.request.get(f"{server.address}/api/session").status == 401
