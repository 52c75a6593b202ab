// Runs before the first paint, so that a dark room is not lit by a white page.
(function () {
  var theme = null;
  try {
    theme = localStorage.getItem("vitrine.theme");
  } catch (error) {
    // Storage may be closed to the page; then the system decides.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  var light = theme === "light" || (theme !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  if (light) document.querySelector('meta[name="theme-color"]').setAttribute("content", "#faf9f6");
})();
