// Loads the page again when the preview has another stand of the show, and says so when it cannot have one.

const version = new URL(import.meta.url).searchParams.get("of");
const notice = document.createElement("div");
notice.setAttribute("role", "alert");
notice.dir = "ltr";
notice.lang = "en";
// By script: the page's policy allows no style in its HTML.
Object.assign(notice.style, {
  position: "fixed",
  inset: "auto 0 0 0",
  zIndex: "1000",
  maxBlockSize: "50vh",
  overflow: "auto",
  padding: "1rem 1.25rem",
  background: "#7a1f1f",
  color: "#fff",
  font: "0.95rem/1.5 system-ui, sans-serif",
  whiteSpace: "pre-wrap",
  overflowWrap: "anywhere",
});

new EventSource(new URL("events", import.meta.url)).addEventListener("message", event => {
  const told = JSON.parse(event.data);
  if (told.version !== version) {
    location.reload();
    return;
  }
  notice.textContent = told.problems.length
    ? ["This is the show as it was before the last change:", ...told.problems].join("\n")
    : "";
  if (notice.textContent) {
    document.body.append(notice);
  } else {
    notice.remove();
  }
});
