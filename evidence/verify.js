/* The second verifier, in the browser: WebCrypto alone, no network. It answers what `verify.py` answers, in the same
   words of the same kinds, and was written apart from it. Nothing here trusts what the page shows. */
"use strict";

const Evidence = (() => {
  const utf8 = new TextEncoder();
  const VERDICTS = ["log", "engine", "replay", "judgement", "documents", "authority"];
  const BODY = "actor,at,case,command,data,policy,prev,private,seq,temporal,type,v";

  const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => {
    if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("not hexadecimal");
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  };
  const unbase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const join = (...parts) => {
    const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    parts.reduce((at, p) => (out.set(p, at), at + p.length), 0);
    return out;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
  const leaf = (text) => sha256([0], utf8.encode(text));
  const node = (left, right) => sha256([1], left, right);

  /** JSON as RFC 8785 writes it. */
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const keys = Object.keys(value).sort();
    return `{${keys.map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(",")}}`;
  };

  const split = (size) => {
    let left = 1;
    while (left * 2 < size) left *= 2;
    return left;
  };

  /** The root that a leaf's path leads to (RFC 9162, 2.1.3); null for a path that does not fit. */
  const rootOf = async (hashed, place, size, path) => {
    if (!(place >= 0 && place < size)) return null;
    const sides = [];
    for (let at = place, width = size; width > 1; ) {
      const left = split(width);
      sides.push(at < left);
      [at, width] = at < left ? [at, left] : [at - left, width - left];
    }
    if (sides.length !== path.length) return null;
    let found = hashed;
    for (const beside of path) found = sides.pop() ? await node(found, beside) : await node(beside, found);
    return hex(found);
  };

  /** Whether a tree extends an earlier one (RFC 9162, 2.1.4). */
  const extended = async (first, firstRoot, second, secondRoot, path) => {
    const steps = [...path];
    const roots = async (at, size, whole) => {
      if (at === size) {
        const known = whole ? firstRoot : steps.pop();
        return [known, known];
      }
      const left = split(size);
      const beside = steps.pop();
      if (at <= left) {
        const [old, fresh] = await roots(at, left, whole);
        return [old, await node(fresh, beside)];
      }
      const [old, fresh] = await roots(at - left, size - left, false);
      return [await node(beside, old), await node(beside, fresh)];
    };
    try {
      const [old, fresh] = await roots(first, second, true);
      return first > 0 && first <= second && !steps.length && hex(old) === hex(firstRoot) && hex(fresh) === hex(secondRoot);
    } catch {
      return false;
    }
  };

  /** A verifier key, `name+id+base64` (c2sp.org/signed-note). */
  const keyOf = async (text) => {
    const [name, id, ...rest] = text.trim().split("+");
    const raw = unbase64(rest.join("+"));
    const hashed = hex((await sha256(utf8.encode(`${name}\n`), raw)).slice(0, 4));
    if (raw.length !== 33 || ![1, 4].includes(raw[0]) || hashed !== id) throw new Error("not a key");
    return { name, id, type: raw[0], raw: raw.slice(1), text: text.trim() };
  };
  const signed = async (key, signature, message) => {
    const publicKey = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", publicKey, signature, message);
  };

  /** A signed checkpoint (c2sp.org/tlog-checkpoint). */
  const checkpointOf = (note) => {
    const cut = note.lastIndexOf("\n\n");
    const text = note.slice(0, cut + 1);
    const [origin, size, root] = text.split("\n");
    const lines = new Map();
    for (const line of note.slice(cut + 2).split("\n")) {
      const match = /^— (\S+) (\S+)$/.exec(line);
      if (match) lines.set(`${match[1]} ${hex(unbase64(match[2]).slice(0, 4))}`, unbase64(match[2]).slice(4));
    }
    const found = { text, origin, size: Number(size), root: unbase64(root), lines };
    if (cut < 0 || found.root.length !== 32 || String(found.size) !== size) throw new Error("not a checkpoint");
    return found;
  };
  /** Whether a key signed a checkpoint; null when no line says so. */
  const signedBy = async (point, key) => {
    const found = point.lines.get(`${key.name} ${key.id}`);
    if (!found) return null;
    if (key.type === 1) return signed(key, found, utf8.encode(point.text));
    const at = found.slice(0, 8).reduce((n, b) => n * 256 + b, 0);
    return signed(key, found.slice(8), utf8.encode(`cosignature/v1\ntime ${at}\n${point.text}`));
  };

  const shaped = (value, shape, where) => {
    const type = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
    const wanted = { str: ["string"], "str?": ["string", "null"], int: ["number"], bool: ["boolean"] };
    if (Array.isArray(shape)) {
      if (type !== "list") throw new Error(`${where} is not a list`);
      value.forEach((item, n) => shaped(item, shape[0], `${where}[${n}]`));
    } else if (typeof shape === "object") {
      const keys = type === "object" ? Object.keys(value).sort().join() : null;
      if (keys === null || (!("*" in shape) && keys !== Object.keys(shape).sort().join())) {
        throw new Error(`${where} is not of the shape of this format`);
      }
      for (const key of Object.keys(value)) shaped(value[key], "*" in shape ? shape["*"] : shape[key], `${where}.${key}`);
    } else if (shape !== "any" && (!wanted[shape].includes(type) || (shape === "int" && !Number.isSafeInteger(value)))) {
      throw new Error(`${where} is not ${shape}`);
    }
  };

  class Verdict {
    constructor(name) {
      Object.assign(this, { name, faults: [], lacking: [], shown: "" });
    }
    get state() {
      return this.faults.length ? "fails" : this.lacking.length ? "not_shown" : "holds";
    }
    fault(kind, where, what) {
      this.faults.push({ kind, where, what });
    }
  }

  async function log(verdict, said, entries, anchors) {
    const point = checkpointOf(said.log.checkpoint);
    const hashes = said.log.hashes.map(unhex);
    const keys = await Promise.all(said.log.keys.map(keyOf));
    const proved = async (item, place = item.place) =>
      (await rootOf(await leaf(item.body), place, point.size, item.path.map((n) => hashes[n]))) === hex(point.root);

    const known = [];
    for (const stated of said.log.statements) {
      const told = JSON.parse(stated.body);
      let next = null;
      if (told.kind === "log.opened" && !known.length && told.origin === point.origin) next = told.key;
      if (told.kind === "log.key_rotated" && known.length && told.old === known.at(-1) && told.place === stated.place) {
        const { origin, old, new: fresh, place } = told;
        const message = utf8.encode(canonical({ origin, old, new: fresh, place }));
        const both = [[old, told.signatures.old], [fresh, told.signatures.new]];
        const words = await Promise.all(both.map(async ([k, s]) => signed(await keyOf(k), unbase64(s), message)));
        if (words.every(Boolean)) next = fresh;
      }
      if (!next || !(await proved(stated))) {
        verdict.fault("statement_false", `leaf ${stated.place}`, "what it says of the keys is not so");
        break;
      }
      known.push(next);
    }
    if (!verdict.faults.length) {
      if (!keys.length || known.join() !== keys.map((k) => k.text).join()) {
        verdict.fault("statement_false", "the log", "the keys are not those that the log says it has");
      } else if ((await signedBy(point, keys.at(-1))) !== true) {
        verdict.fault("checkpoint_false", "checkpoint", "the key of the log did not sign the checkpoint");
      }
    }

    const seqs = entries.map((e) => e.said.seq).sort((a, b) => a - b);
    const complete = seqs.every((seq, n) => seq === n + 1);
    let place = -1;
    let before = "";
    for (const [n, entry] of entries.entries()) {
      const where = `entry ${n + 1}`;
      const { seq, prev, private: committed } = entry.said;
      if (entry.said.case !== said.case.id || seq !== n + 1) {
        const kind = complete ? "entries_reordered" : seq > n + 1 ? "entry_missing" : "entry_inserted";
        verdict.fault(kind, where, `here stands entry ${seq} of case ${entry.said.case}`);
        break;
      }
      if (entry.raw.place <= place || !(await proved(entry.raw))) {
        verdict.fault("entry_edited", where, "its content is not what was logged at its place");
      } else if (prev !== before) {
        verdict.fault("chain_broken", where, "it names another entry before it than the one there is");
      }
      for (const [path, kept] of Object.entries(entry.raw.private)) {
        const key = await crypto.subtle.importKey("raw", unhex(kept.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
        const mine = await crypto.subtle.sign("HMAC", key, utf8.encode(canonical(kept.value)));
        if (committed[path] !== hex(new Uint8Array(mine))) {
          verdict.fault("private_edited", where, `the value of ${path} is not the one committed to`);
        }
      }
      [place, before] = [entry.raw.place, entry.hash];
    }

    const { heads, head } = said.log;
    const told = JSON.parse(heads.body);
    const mine = await leaf(canonical([said.case.id, head.length, head.hash]));
    if (told.kind !== "case.heads" || !(await proved(heads, point.size - 1))) {
      verdict.fault("heads_false", "heads", "the heads of all cases are not the last leaf of the checkpoint");
    } else if ((await rootOf(mine, head.place, told.cases, head.path.map((n) => hashes[n]))) !== told.root) {
      verdict.fault("head_false", "head", "the head of the case is not among the heads of all cases");
    } else if (head.length !== entries.length) {
      const where = `entry ${Math.min(head.length, entries.length) + 1}`;
      verdict.fault("history_cut", where, `the case has ${head.length} entries, ${entries.length} are shown`);
    } else if (!entries.length || head.hash !== entries.at(-1).hash) {
      verdict.fault("head_false", `entry ${entries.length}`, "the newest entry is not the one attested");
    }
    for (const [n, attempt] of said.attempts.entries()) {
      if (!(await proved(attempt)) || JSON.parse(attempt.body).case !== said.case.id) {
        verdict.fault("attempt_edited", `attempt ${n + 1}`, "it is not in the log at its place, or of another case");
      }
    }

    const vouched = [];
    for (const note of anchors.checkpoints) {
      const held = checkpointOf(note);
      const where = `your checkpoint of ${held.size} leaves`;
      const faults = verdict.faults.length;
      const words = await Promise.all(keys.map((key) => signedBy(held, key)));
      if (!words.some(Boolean)) {
        verdict.fault("unknown_key", where, "no key of this log signed it: this is another log, or one made anew");
      }
      const like = (other) => other.origin === held.origin && hex(other.root) === hex(held.root);
      const proofs = said.log.earlier.map((e) => [checkpointOf(e.checkpoint), e.path]).filter(([at]) => at.size === held.size);
      let grown = false;
      for (const [at, path] of proofs) {
        const steps = path.map((n) => hashes[n]);
        grown = grown || (like(at) && (await extended(held.size, held.root, point.size, point.root, steps)));
      }
      if (held.size > point.size) {
        verdict.fault("log_behind", where, `this log has ${point.size}: cut off, restored, or older than your checkpoint`);
      } else if (held.size === point.size && !like(point)) {
        verdict.fault("two_logs", where, "two different logs of one size were shown");
      } else if (held.size < point.size && !proofs.length) {
        verdict.lacking.push(`that it extends your checkpoint: ask for a bundle since ${held.size}`);
      } else if (held.size < point.size && !grown) {
        verdict.fault("log_replaced", where, "this log does not extend it: it was made anew since");
      }
      vouched.push(verdict.faults.length === faults && (like(point) || grown));
    }
    for (const text of anchors.witnesses) {
      const witness = await keyOf(text);
      const word = await signedBy(point, witness);
      if (word === false) verdict.fault("cosignature_false", "checkpoint", `the cosignature of ${witness.name} is false`);
      if (word === null) verdict.lacking.push(`the witness ${witness.name} has not cosigned the checkpoint`);
      vouched.push(word === true);
    }
    if (!vouched.some(Boolean)) verdict.lacking.push("nothing held elsewhere vouches for it: give a checkpoint or a witness");
    verdict.shown = `${entries.length} entries, ${said.attempts.length} refused attempts, in a log of ${point.size} leaves`;
  }

  function engine(verdict, said, entries, files) {
    const [asked, told, read] = [new Map(), new Set(), new Set()];
    for (const run of said.runs) {
      const raw = files.get(run.file);
      if (!raw) {
        verdict.lacking.push(`the history of run ${run.run}: ${run.absent || "give the files of the bundle"}`);
        continue;
      }
      read.add(run.run);
      history(verdict, said, entries, `run ${run.run}`, JSON.parse(new TextDecoder().decode(raw)).events, asked, told);
    }
    for (const [n, entry] of entries.entries()) {
      const { command, temporal, at, data, actor } = entry.said;
      const where = `entry ${n + 1}`;
      const inside = actor.ref === "clock" && /^(clock|undelivered):/.test(command);
      const last = n + 1 === entries.length || entries[n + 1].said.command !== command;
      const gone = (last && !told.has(`${n + 1} ${entry.hash}`)) || !(asked.has(command) || inside);
      if (read.has(temporal.run) && gone) {
        verdict.fault("entry_without_engine_event", where, `the engine knows nothing of command ${command}`);
      }
      const envelope = asked.get(command);
      if (envelope && (envelope.actor !== actor.ref || (data.act !== undefined && data.act !== envelope.kind))) {
        verdict.fault("actor_differs", where, `the engine had ${envelope.kind} of ${envelope.actor}`);
      }
      const before = n ? entries[n - 1].said : null;
      if (before && before.temporal.run === temporal.run && at < before.at) {
        verdict.fault("time_runs_backwards", where, "it says it happened before the entry it follows");
      }
    }
    const named = new Set(said.runs.map((run) => run.run));
    for (const run of new Set(entries.map((e) => e.said.temporal.run))) {
      if (!named.has(run)) verdict.lacking.push(`the history of run ${run}: it is not named`);
    }
    verdict.shown = `${asked.size} commands in ${read.size} runs of the engine`;
  }

  function history(verdict, said, entries, run, events, asked, told) {
    const answered = {
      success: new Set(entries.map((e) => e.said.command)),
      failure: new Set(said.attempts.map((a) => JSON.parse(a.body).command)),
    };
    const payloads = (given) => (given?.payloads || []).map((p) => JSON.parse(new TextDecoder().decode(unbase64(p.data))));
    const [waiting, admitted] = [new Map(), new Map()];
    for (const [n, event] of events.entries()) {
      const where = `${run} event ${n + 1}`;
      const kind = event.eventType.replace("EVENT_TYPE_", "");
      if (event.eventId !== String(n + 1) || (n === 0) !== (kind === "WORKFLOW_EXECUTION_STARTED")) {
        verdict.fault("history_gap", where, `here stands event ${event.eventId}, ${kind}`);
        return;
      }
      if (kind === "WORKFLOW_EXECUTION_UPDATE_ADMITTED") {
        admitted.set(event.eventId, event.workflowExecutionUpdateAdmittedEventAttributes.request);
      } else if (kind === "WORKFLOW_EXECUTION_UPDATE_ACCEPTED") {
        const taken = event.workflowExecutionUpdateAcceptedEventAttributes;
        const { meta, input } = taken.acceptedRequest || admitted.get(taken.acceptedRequestSequencingEventId);
        const [envelope] = payloads(input.args);
        asked.set(envelope.id, envelope);
        waiting.set(event.eventId, envelope);
        if (meta.updateId !== envelope.id) verdict.fault("actor_differs", where, "its command is not the one of this update");
      } else if (kind === "WORKFLOW_EXECUTION_UPDATE_COMPLETED") {
        const answer = event.workflowExecutionUpdateCompletedEventAttributes;
        const envelope = waiting.get(answer.acceptedEventId);
        waiting.delete(answer.acceptedEventId);
        const [outcome] = Object.keys(answer.outcome);
        if (envelope.actor !== "clock" && !answered[outcome].has(envelope.id)) {
          const what = `command ${envelope.id} ended in ${outcome}; no entry or refused attempt says so`;
          verdict.fault("engine_event_without_entry", where, what);
        }
      } else if (kind === "MARKER_RECORDED") {
        for (const answer of payloads(event.markerRecordedEventAttributes.details.result)) {
          const { seq, head } = answer.snapshot || { seq: 0, head: "" };
          told.add(`${seq} ${head}`);
          if (seq > entries.length || (seq && head !== entries[seq - 1].hash)) {
            verdict.fault("engine_contradicts", where, `it knows another entry ${seq} than the one shown`);
          }
        }
      }
    }
    for (const { id } of waiting.values()) verdict.lacking.push(`what became of command ${id}: ${run} has no answer yet`);
  }

  async function documents(verdict, said, entries, files) {
    const shown = new Map(said.documents.map((d) => [d.id, d]));
    const named = new Map(entries.filter((e) => e.said.type === "document_added").map((e) => [e.said.data.id, e.said.data]));
    for (const [id, data] of named) {
      const where = `document ${data.document} version ${data.version}`;
      const kept = shown.get(id);
      const raw = kept && files.get(kept.file);
      if (!raw) verdict.lacking.push(`${where}: ${kept?.absent || "give the files of the bundle"}`);
      else if (hex(await sha256(raw)) !== data.sha256) {
        verdict.fault("document_replaced", where, "its content is not the one that was handed in");
      }
    }
    verdict.shown = `${named.size} versions of documents`;
  }

  function authority(verdict, said, entries) {
    const subject = entries[0].said.data.subject;
    for (const [n, { said: body }] of entries.entries()) {
      const { actor, at, data } = body;
      const act = data.act ?? (n === 0 ? "open" : null);
      if (act === null || actor.ref === "clock") continue;
      const day = new Date(Date.parse(at) + 8 * 3600e3).toISOString().slice(0, 10);
      const same = (o) => ["office", "unit", "capacity", "instrument"].every((name) => o[name] === (actor[name] ?? null));
      const held = said.offices.some(
        (o) =>
          o.person === actor.ref && same(o) && o.valid_from <= day && day <= (o.valid_to ?? day) &&
          o.recorded_at <= at && at < (o.superseded_at ?? "~"),
      );
      if (!held && ("office" in actor || (actor.ref !== subject && !["comment", "undo"].includes(act)))) {
        const office = actor.office || "any office";
        verdict.fault("office_not_held", `entry ${n + 1}`, `${actor.ref} did not hold ${office} then, as far as was recorded`);
      }
    }
    verdict.lacking.push("whether an act belongs to the office it was done in: only `mutasi audit verify` shows that");
  }

  async function policies(verdict, said, entries, files) {
    for (const policy of said.policies) {
      const raw = files.get(`policies/${policy}.json`);
      if (raw && hex(await sha256(raw)) !== policy) {
        verdict.fault("policy_changed", `policy ${policy.slice(0, 12)}`, "its text is not what its hash says");
      }
    }
    verdict.lacking.push("the rules applied again: only `mutasi audit verify` shows that");
  }

  /** Six verdicts. `files` are the other files of the bundle by name, as far as they were given; `anchors` what is held
      elsewhere: `checkpoints` as text, `witnesses` as keys. Rejects for what is no bundle of this format. */
  async function examine(said, shape, files = new Map(), anchors = { checkpoints: [], witnesses: [] }) {
    shaped(said, shape, "bundle.json");
    if (said.format !== "mutasi-evidence/1") throw new Error(`format ${said.format} is not known`);
    for (const [name, raw] of files) {
      if (name in said.files && hex(await sha256(raw)) !== said.files[name]) throw new Error(`${name} is another file`);
    }
    const entries = [];
    for (const raw of said.entries) {
      const body = JSON.parse(raw.body);
      if (canonical(body) !== raw.body || Object.keys(body).sort().join() !== BODY) {
        throw new Error("an entry is not written as entries are");
      }
      entries.push({ raw, said: body, hash: hex(await leaf(raw.body)) });
    }
    const verdicts = Object.fromEntries(VERDICTS.map((name) => [name, new Verdict(name)]));
    const asked = {
      log: (v) => log(v, said, entries, anchors),
      engine: (v) => engine(v, said, entries, files),
      documents: (v) => documents(v, said, entries, files),
      authority: (v) => authority(v, said, entries),
      judgement: (v) => policies(v, said, entries, files),
      replay: (v) => v.lacking.push("the histories run again: only `mutasi audit verify` shows that"),
    };
    for (const [name, ask] of Object.entries(asked)) {
      try {
        await ask(verdicts[name]);
      } catch (fault) {
        verdicts[name].fault("malformed", name, `it cannot be read: ${fault.message}`);
      }
    }
    return verdicts;
  }

  return { examine, VERDICTS };
})();
