// What a keyboard and a clock add to pages that work without either. Nothing here sends anything by itself.
"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const rows = () => all(".list a.t");
  const typing = (el) => el.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const help = document.getElementById("keys");
    if (event.key === "?" && help) { help.open ? help.close() : help.showModal(); event.preventDefault(); }
    if (event.key === "/") {
      const box = all("input[type=search]").find((el) => el.offsetParent);
      if (box) { box.focus(); event.preventDefault(); }
    }
    // Single letters move the focus in a list, and act on nothing.
    const list = rows(), at = list.indexOf(document.activeElement);
    const step = { j: 1, k: -1 }[event.key];
    if (!step || !list.length) return;
    list[Math.min(Math.max(at + (at < 0 && step < 0 ? 0 : step), 0), list.length - 1)].focus();
    event.preventDefault();
  });

  const tick = () => {
    for (const el of all("[data-until]")) {
      const left = Math.round((Date.parse(el.dataset.until) - Date.now()) / 1000);
      if (left <= 0) { el.textContent = el.dataset.over; el.removeAttribute("data-until"); continue; }
      el.textContent = el.dataset.left
        .replace("%m", Math.floor(left / 60)).replace("%s", String(left % 60).padStart(2, "0"));
    }
  };
  setInterval(tick, 1000);
  tick();

  // A summary of errors is read first.
  const settle = () => all(".errors").slice(0, 1).forEach((el) => el.focus());
  document.addEventListener("htmx:after:swap", settle);
  settle();

  // What somebody typed survives a lost connection, on this device, until it is sent.
  // A page that says something was saved needs no draft of it any more.
  if (document.querySelector("[data-done]")) try { sessionStorage.clear(); } catch { /* storage is off */ }
  const kept = (form) => "draft:" + form.dataset.draft;
  for (const form of all("form[data-draft]")) {
    const area = form.querySelector("textarea[name=reason], textarea[name=text]");
    if (!area) continue;
    try { area.value ||= sessionStorage.getItem(kept(form)) || ""; } catch { /* storage is off */ }
    area.addEventListener("input", () => { try { sessionStorage.setItem(kept(form), area.value); } catch { /* full */ } });
  }
  for (const el of all("[data-print]")) { el.hidden = false; el.addEventListener("click", () => window.print()); }
})();
