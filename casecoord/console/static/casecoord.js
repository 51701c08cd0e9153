// What makes the pages pleasant. Each of them works without it: it decides nothing, and its words stand in the page.
const WARN = 5 * 60_000; // so long before a session ends it is said
const SILENT = 40_000; // a stream that did not beat for so long is cut
const GRACE = 3_000; // a stream that is back sooner was not away
const WAIT = 20_000; // an answer that takes longer is none

const one = (what, where = document) => where.querySelector(what);
const all = (what, where = document) => [...where.querySelectorAll(what)];
const main = () => one("main");
const word = (which) => one(`[data-word=${which}]`, one("#words").content).cloneNode(true);
const hour = (at) => new Date(at).toLocaleTimeString("nl", { hour: "2-digit", minute: "2-digit" });
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// What is said, above the page.
function say(which, at) {
  const news = one("#news");
  if (!news || news.dataset.said === which) return;
  const said = word(which);
  if (at) one("time", said).textContent = hour(at);
  news.dataset.said = which;
  news.replaceChildren(said);
}
function hush(...which) {
  if (!which.includes(one("#news")?.dataset.said)) return;
  delete one("#news").dataset.said;
  one("#news").replaceChildren();
}

// What is typed is never lost.
const choice = (field) => field.type === "radio" || field.type === "checkbox";
function changed(field) {
  if (choice(field)) return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((it) => it.defaultSelected));
  return field.value !== field.defaultValue;
}
function typed() {
  const again = "given" in main().dataset; // what was typed came back with the page
  const fields = all("main form :is(input:not([type=hidden]), textarea, select)");
  return fields.filter((field) => changed(field) || (again && field.value && (!choice(field) || field.checked)));
}
function busy() {
  const undo = new URLSearchParams(location.search).has("undo"); // the same page without it would offer it no more
  return undo || one("dialog[open], main [aria-busy=true]") || document.activeElement.closest("main form") || typed().length;
}
const place = (field) => [field.form.getAttribute("id"), field.form.getAttribute("action"), field.name, choice(field) && field.value].join();
function retype(fields) {
  const here = new Map(all("main form [name]").map((field) => [place(field), field]));
  for (const field of fields) {
    const now = here.get(place(field));
    if (now) [now.value, now.checked] = [field.value, field.checked];
    else if (field.matches("textarea, [type=text]")) keep(field.value);
  }
}
function keep(text) { // its form is gone: somebody did it meanwhile
  if (!one("#kept")) main().prepend(word("kept"));
  one("#kept").append(Object.assign(document.createElement("p"), { className: "quote", textContent: text }));
}

// A page takes the place of another.
function focus(it, how) {
  if (it && it.tabIndex < 0) it.tabIndex = -1;
  it?.focus(how);
}
const known = (it) => it.id || [it.localName, it.closest("[id]").id, (one("summary", it) ?? it).textContent.trim()].join();
async function renew() { // the same page as it is now; whoever reads it stays where they are
  const where = new URL(location);
  for (const past of ["done", "undo"]) where.searchParams.delete(past);
  const before = main();
  let answer, page;
  try {
    answer = await fetch(where, { headers: { "Casecoord-Unattended": "1" }, signal: AbortSignal.timeout(WAIT) });
    page = await parsed(answer);
  } catch {}
  if (main() !== before) return; // it went on meanwhile
  if (!(answer?.status < 500)) return say("changed");
  if (!answer.ok || answer.redirected) return end("ended");
  const fields = typed(), open = new Set(all("main details[open]").map(known)), at = scrollY;
  const here = document.activeElement.closest("main") && known(document.activeElement);
  for (const part of ["main", "footer"]) one(part).replaceWith(one(part, page));
  for (const it of all("main details")) it.open ||= open.has(known(it));
  retype(fields);
  if (here) focus([main(), ...all("main *")].find((it) => known(it) === here), { preventScroll: true });
  scrollTo(0, at);
  begin();
  hush("changed", "renewed");
  say("renewed");
  setTimeout(hush, 10_000, "renewed");
}
async function arrive(answer) { // what a form led to
  const page = await parsed(answer);
  if (!one("main", page)) throw answer;
  if (answer.redirected && answer.url !== location.href) history.pushState(null, "", answer.url);
  document.title = page.title;
  document.body.replaceChildren(...page.body.childNodes);
  begin();
  focus(one("main [role=alert] :is(h1, h2, h3)") ?? one("main :is([role=alert], [role=status])") ?? one("main h1"));
}
let shown;
addEventListener("popstate", () => location.pathname + location.search !== shown && location.reload());

// A form is sent once, without a reload. One with a `target` goes its own way. Asked by attribute: a field may be
// named "action", and hides the form's own.
addEventListener("submit", async (event) => {
  const form = event.target, stays = form.matches("#leaving form[method=post]");
  if (form.getAttribute("method") !== "post" || form.hasAttribute("target") || !(stays || form.closest("main"))) return;
  event.preventDefault();
  if (form.ariaBusy) return;
  const body = new URLSearchParams(new FormData(form, event.submitter)), buttons = all("button", form);
  form.ariaBusy = "true";
  for (const it of buttons) it.disabled = true;
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, signal: AbortSignal.timeout(WAIT) });
    if (!stays) return await arrive(answer);
    if (answer.status === 204) until(Date.now() + answer.headers.get("Casecoord-Seconds") * 1000);
    else say("signed_out");
    one("#leaving").close();
  } catch {
    say(navigator.onLine ? "unknown" : "unsent");
  } finally {
    form.ariaBusy = null;
    for (const it of buttons) it.disabled = false;
    if (form.isConnected) event.submitter?.focus();
  }
});

const unsure = () => ["unknown", "unsent"].includes(one("#news").dataset.said); // what is to be done first stays said

// What changes is followed, while somebody can see it.
let stream, line, seen;
function follow() {
  stream?.close();
  clearTimeout(line);
  if (!main().dataset.live || document.hidden) return;
  stream = new EventSource(main().dataset.live);
  stream.onopen = alive;
  stream.onerror = () => {
    clearTimeout(line);
    line = setTimeout(cut, GRACE);
  };
  stream.addEventListener("beat", alive);
  stream.addEventListener("changed", () => (alive(), busy() ? unsure() || say("changed") : renew()));
  for (const which of ["signed_out", "ended"]) stream.addEventListener(which, () => end(which));
}
function end(which) {
  stream?.close();
  clearTimeout(line);
  say(which);
}
function alive() {
  seen = Date.now();
  hush("old");
  clearTimeout(line);
  line = setTimeout(cut, SILENT);
}
const old = () => say("old", seen);
function cut() {
  old();
  line = setTimeout(follow, GRACE * 5);
}
addEventListener("offline", () => main().dataset.live && old());
addEventListener("online", follow);
document.addEventListener("visibilitychange", () => (follow(), clock()));

// A session warns before it ends; whatever one does in another tab keeps it alive here.
const tabs = new BroadcastChannel("casecoord");
let ends = 0, warned, timer;
tabs.onmessage = ({ data }) => until(data);
function until(at) {
  ends = Math.max(ends, at);
  clock();
}
function clock() {
  clearTimeout(timer);
  const left = ends - Date.now(), dialog = one("#leaving");
  if (!main().dataset.seconds) return;
  if (left <= 0) {
    dialog.close();
    return end("signed_out");
  }
  timer = setTimeout(clock, left > WARN ? left - WARN : left);
  if (left > WARN) return dialog.close();
  if (warned === ends) return;
  warned = ends;
  one("time", dialog).textContent = hour(ends);
  if (!dialog.open) dialog.showModal();
}

// Keys: Alt, Shift and the letter that something names; the list of them is made of what is on the page.
addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toUpperCase() : event.code.slice(-1);
  const it = one(`[aria-keyshortcuts="Alt+Shift+${letter}"]`);
  if (!it) return;
  event.preventDefault();
  it.matches("input, main") ? it.focus() : it.click();
});
addEventListener("click", ({ target }) => {
  if (target.closest("[data-renew]")) renew();
  if (target.closest("[data-close]")) target.closest("dialog").close();
  if (!target.closest("[data-keys]")) return;
  one("#keys ul").replaceChildren(...all("[aria-keyshortcuts]").map((it) => {
    const line = document.createElement("li"), key = document.createElement("kbd");
    key.textContent = it.getAttribute("aria-keyshortcuts").slice(-1);
    line.append(key, " ", it.ariaLabel ?? it.labels?.[0]?.textContent ?? it.textContent);
    return line;
  }));
  one("#keys").showModal();
});

function begin() {
  shown = location.pathname + location.search;
  for (const it of all("[data-keys]")) it.hidden = false;
  one("input[type=search]")?.setAttribute("aria-keyshortcuts", "Alt+Shift+Z");
  seen = Date.now();
  follow();
  if (!main().dataset.seconds) return;
  until(Date.now() + main().dataset.seconds * 1000);
  tabs.postMessage(ends);
}
begin();
