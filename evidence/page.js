/* The page: the history in words, and the verdicts of the verifier above. Everything shown is put in as text. */
"use strict";

(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const [said, shape, words] = [read("bundle"), read("shape"), read("words")];
  const files = new Map();
  const anchors = { checkpoints: [], witnesses: [] };
  let language = 0;
  let verdicts = null;
  let refused = "";

  /** The words for a key in the language chosen; the code itself where there are none. */
  const word = (key) => (words[key] || [key.split(".").slice(1).join("."), key.split(".").slice(1).join(".")])[language];
  const make = (name, given = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  };
  const when = (at) => at && new Date(Date.parse(at) + 8 * 3600e3).toISOString().replace("T", " ").slice(0, 19);
  const table = (heads, rows) =>
    make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((key) => make("th", { scope: "col" }, word(`evidence.${key}`))))),
      make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell ?? ""))))));

  const verdict = (v) => {
    const told = make("div", {}, word(`verdict.${v.name}`), make("div", { class: "small" }, v.shown));
    for (const { kind, where, what } of v.faults) {
      told.append(make("div", { class: "fails", "data-fault": kind, "data-where": where },
        `${where}: ${word(`fault.${kind}`)} `, make("span", { class: "small" }, `${what} (${kind})`)));
    }
    for (const what of v.lacking) told.append(make("div", { class: "not_shown small" }, what));
    return make("tr", { "data-verdict": v.name, "data-state": v.state },
      make("td", { class: `state ${v.state}` }, word(`evidence.${v.state}`)), make("td", {}, told));
  };

  const actor = (entry, body) => {
    if (body.actor.ref === "clock") return word("evidence.clock");
    const name = entry.private["actor.name"]?.value || body.actor.ref;
    const { office, capacity, unit } = body.actor;
    return office ? `${name}, ${word(`office.${office}`)} (${word(`capacity.${capacity}`)}${unit ? `, ${unit}` : ""})` : name;
  };
  const what = (entry, body) => {
    const { move } = body.data;
    const moved = move ? ` → ${word(`stage.${move.stage}`)}` : "";
    const reason = entry.private.reason?.value;
    return make("div", {}, word(`event.${body.type}`) + moved, make("div", { class: "small" }, reason || ""));
  };

  function draw() {
    document.documentElement.lang = ["id", "en"][language];
    document.title = `${word("evidence.title")} ${said.case.number}`;
    const held = make("textarea", { id: "checkpoint", rows: 6, spellcheck: "false" });
    held.value = anchors.checkpoints.join("\n");
    const witness = make("textarea", { id: "witness", rows: 2, spellcheck: "false" });
    witness.value = anchors.witnesses.join("\n");
    const given = make("input", { id: "files", type: "file", multiple: "" });
    const form = make("form", {},
      make("label", { for: "checkpoint" }, word("evidence.give_checkpoint")), held,
      make("label", { for: "witness" }, word("evidence.give_witness")), witness,
      make("label", { for: "files" }, word("evidence.give_files")), given,
      make("p", {}, make("button", { id: "check" }, word("evidence.check"))));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      anchors.checkpoints = held.value.trim() ? [`${held.value.trim()}\n`] : [];
      anchors.witnesses = witness.value.split("\n").filter((line) => line.trim());
      for (const file of given.files) {
        const name = Object.keys(said.files).find((known) => known.split("/").pop() === file.name);
        if (name) files.set(name, new Uint8Array(await file.arrayBuffer()));
      }
      await check();
    });
    const bodies = said.entries.map((entry) => [entry, JSON.parse(entry.body)]);
    const attempts = said.attempts.map((attempt) => JSON.parse(attempt.body));
    const parts = [
      make("h1", {}, `${word("evidence.title")} ${said.case.number}`),
      make("p", { class: "small" }, `${said.case.id} · ${said.product.name} ${said.product.version} · ${said.product.code.slice(0, 16)}`),
      make("p", {}, word("evidence.trust")),
      refused ? make("p", { class: "fails", id: "refused" }, refused) : null,
      make("h2", {}, word("evidence.verdicts")),
      make("table", { id: "verdicts" }, make("tbody", {}, ...Object.values(verdicts || {}).map(verdict))),
      form,
      make("h2", {}, word("evidence.history")),
      table(["no", "time", "event", "by"], bodies.map(([e, b]) => [String(b.seq), when(b.at), what(e, b), actor(e, b)])),
      make("h2", {}, word("evidence.attempts")),
      table(["time", "act", "by", "refusal"], attempts.map((a) => [when(a.at), word(`act.${a.act}`), a.actor, a.code])),
      make("h2", {}, word("evidence.documents")),
      table(["document", "version", "hash", "file"], said.documents.map((d) => [d.document, String(d.version),
        make("code", {}, d.sha256), d.file || d.absent])),
      make("h2", {}, word("evidence.notices")),
      table(["no", "notice", "to", "state", "time", "opened"], said.notices.map((n) => [String(n.seq), n.template, n.person,
        word(`notice_state.${n.state}`), when(n.sent_at), when(n.read_at)])),
    ];
    document.getElementById("page").replaceChildren(...parts.filter((part) => part !== null));
  }

  async function check() {
    refused = "";
    try {
      verdicts = await Evidence.examine(said, shape, files, anchors);
    } catch (fault) {
      [verdicts, refused] = [null, `${word("fault.malformed")} ${fault.message}`];
    }
    draw();
    document.body.dataset.checked = String(Number(document.body.dataset.checked || 0) + 1);
  }

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      language = button.dataset.language === "en" ? 1 : 0;
      draw();
    });
  }
  check();
})();
