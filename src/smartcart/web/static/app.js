// What the pages need of life: figures, the slider, uploads, progress. Every page works without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const csrf = one('meta[name="csrf"]')?.content || "";

  // The tab of this page is in view on a phone
  const tab = one("nav.tabs [aria-current]");
  const row = tab?.closest("ul");
  if (row) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;

  // Times in the reader's own zone ---------------------------------------------------------------
  const told = new Intl.DateTimeFormat("en-GB", {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
    timeZoneName: "short",
  });
  for (const el of all("time[datetime]")) {
    const when = new Date(el.dateTime);
    if (!Number.isNaN(when.getTime())) el.textContent = told.format(when).replace(" at ", ", ");
  }

  for (const el of all("option"))
    el.textContent = el.textContent.replace(/\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC/, (text) => {
      const when = new Date(text.replace(",", ""));
      return Number.isNaN(when.getTime()) ? text : told.format(when).replace(" at ", ", ");
    });

  // Figures ------------------------------------------------------------------------------------
  const place = one("[data-figures]");
  const ready = (async () => {
    if (!place) return null;
    const answer = await fetch(place.dataset.figures, { headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const spec = await answer.json();
    charts.start(spec);
    place.dataset.drawn = "yes";
    return spec;
  })();

  // A table that is wider than its place says so, until its end is seen
  const wide = (el) => {
    let hint = el.nextElementSibling;
    if (!hint?.classList.contains("wider")) {
      hint = document.createElement("p");
      hint.className = "wider";
      hint.setAttribute("aria-hidden", "true");
      hint.textContent = "More to the right →";
      el.after(hint);
    }
    hint.hidden = el.scrollLeft + el.clientWidth >= el.scrollWidth - 4;
  };
  const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => wide(target)));
  const watched = (root) => {
    for (const el of all(".scroll", root)) {
      sized.observe(el);
      el.addEventListener("scroll", () => wide(el), { passive: true });
    }
  };
  watched(document);

  // The slider: what each number of segments would give ----------------------------------------
  const slider = one("#k");
  if (slider) {
    const choices = JSON.parse(one("#choices").textContent);
    const solid = one(".chart.solid");
    const part = one("#k-part");
    const parts = new Map();
    const apart = async (k) => {
      if (!part || part.dataset.kShown === String(k)) return;
      part.setAttribute("aria-busy", "true");
      if (!parts.has(k))
        parts.set(k, fetch(part.dataset.part + k).then((answer) => (answer.ok ? answer.text() : null), () => null));
      const text = await parts.get(k);
      if (text === null) parts.delete(k); // asked for again the next time
      if (String(k) !== slider.value) return;
      if (text === null) part.textContent = "What sets these segments apart could not be read.";
      else part.innerHTML = text;
      part.dataset.kShown = text === null ? "" : String(k);
      part.removeAttribute("aria-busy");
      watched(part);
      if (await ready) charts.add(part);
    };
    const show = async (k) => {
      apart(k);
      for (const el of all("[data-k]")) el.hidden = el.dataset.k !== String(k);
      for (const el of all("[data-unlike]")) el.hidden = el.dataset.unlike === String(k);
      for (const row of all("tr[data-row]"))
        row.classList.toggle("looked", row.dataset.row === String(k) && !row.classList.contains("used"));
      const choice = choices[k];
      one("#k-many").textContent = choice.many;
      one("#k-tag").textContent = choice.tag;
      one("#k-tag").classList.toggle("off", !choice.best);
      slider.setAttribute("aria-valuetext", `${choice.many}, ${choice.tag}`);
      for (const [name, texts] of Object.entries(choice.rows)) {
        one(`#k-${name}`).textContent = texts[0];
        one(`#k-${name}-then`).textContent = texts[1];
      }
      one("#k-words").textContent = choice.words;
      const use = one("#k-use");
      if (use) {
        use.hidden = choice.used;
        one("#k-wanted").value = k;
        one("#k-go").textContent = choice.go;
      }
      const spec = await ready;
      if (!spec || !solid || !spec.solid || String(k) !== slider.value) return;
      const { picture, choices: drawn } = spec.solid;
      const { points, traces } = drawn[k];
      const data = traces.map(({ id, ...trace }) => {
        const own = points.flatMap((p, i) => (p === id ? [i] : []));
        const [x, y, z] = picture.map((axis) => own.map((i) => axis[i]));
        return { ...trace, x, y, z };
      });
      spec.figures.clusters_3d.data = data;
      spec.figures.clusters_3d.layout.showlegend = traces.length > 1;
      spec.figures.clusters_3d.layout.uirevision = "kept";
      charts.draw(solid);
      solid.dataset.shown = String(k);
    };
    slider.addEventListener("input", () => show(Number(slider.value)));
    one("#k-plain")?.remove();
    if (slider.value !== slider.dataset.used) show(Number(slider.value));
  }

  // A guess is asked for where no past campaign tells
  const guess = one("[data-guess]");
  if (guess) {
    const source = one("#outcome");
    const asked = () => {
      guess.hidden = source.value !== "assumed";
    };
    source.addEventListener("change", asked);
    asked();
  }

  // How an amount is understood, beside its field ------------------------------------------------
  for (const field of all("[data-amount]")) {
    const said = one(`#${field.id}-read`);
    const unit = /\(([^()]+)\)\s*$/.exec(one(`label[for="${field.id}"]`).textContent)?.[1] || "";
    let last = 0;
    const ask = async () => {
      const mine = ++last;
      const answer = await fetch(`/amount?${new URLSearchParams({ typed: field.value, unit, whole: "whole" in field.dataset })}`);
      const text = answer.ok ? await answer.text() : "";
      if (mine === last) said.textContent = text;
    };
    let timer = 0;
    field.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 200);
    });
  }

  // One choice that sends its form at once ------------------------------------------------------
  for (const field of all("[data-submit]"))
    field.addEventListener("change", () => field.form.requestSubmit());
  for (const button of all("[data-plain]")) button.hidden = true;
  for (const button of all("[data-sure]"))
    button.addEventListener("click", (event) => {
      if (!window.confirm(button.dataset.sure)) event.preventDefault();
    });

  // Uploads: drop a file, see how far it is -----------------------------------------------------
  const upload = one("#upload");
  if (upload) {
    const input = one('input[type="file"]', upload);
    const drop = one(".drop", upload);
    const said = one("#upload-said");
    const bar = one("#upload-bar");
    const tell = (text) => {
      said.textContent = text;
      said.hidden = !text;
    };
    const send = () => {
      if (!input.files.length) return;
      const request = new XMLHttpRequest();
      request.open("POST", upload.action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", csrf);
      request.upload.addEventListener("progress", (event) => {
        bar.hidden = false;
        if (event.lengthComputable && event.loaded < event.total) {
          bar.value = event.loaded / event.total;
          tell(`Sending ${input.files[0].name}: ${Math.round(100 * bar.value)}%`);
        } else {
          bar.removeAttribute("value");
          tell("Looking at what is in it …");
        }
      });
      request.addEventListener("load", () => {
        let answer = {};
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          answer = {};
        }
        if (request.status < 300 && answer.location) {
          window.location.assign(answer.location);
          return;
        }
        bar.hidden = true;
        const error = answer.error || { message: "The file could not be sent.", way_out: "" };
        tell(`${error.message} ${error.way_out}`.trim());
        input.value = "";
      });
      request.addEventListener("error", () => {
        bar.hidden = true;
        tell("The file could not be sent: the server does not answer. Is it still running?");
      });
      tell("Sending …");
      request.send(new FormData(upload));
    };
    upload.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.files.length) send();
      else tell("Choose a file first.");
    });
    input.addEventListener("change", send);
    for (const kind of ["dragenter", "dragover"])
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    for (const kind of ["dragleave", "drop"])
      drop.addEventListener(kind, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      send();
    });
    for (const kind of ["dragover", "drop"])
      window.addEventListener(kind, (event) => event.preventDefault());
  }

  // Parts that are asked for once they are opened ------------------------------------------------
  for (const item of all("details[data-part]"))
    item.addEventListener("toggle", async () => {
      const place = one("[role=status]", item);
      if (!item.open || item.dataset.asked) return;
      item.dataset.asked = "yes";
      place.textContent = "Reading …";
      const answer = await fetch(item.dataset.part);
      if (answer.ok) {
        place.innerHTML = await answer.text();
        watched(place);
      } else place.textContent = "The rows could not be read.";
    });

  // Roles: what was changed is marked, and can be looked at again -------------------------------
  const roles = all("select[data-was]");
  for (const select of roles)
    select.addEventListener("change", () => {
      select.closest("tr").classList.toggle("changed", select.value !== select.dataset.was);
      const changed = roles.filter((s) => s.value !== s.dataset.was).length;
      one("#changed").textContent = changed
        ? `${changed} changed. “Look again” shows what that does; the run uses it either way.`
        : "";
    });

  // What if: the answer changes with the values -------------------------------------------------
  const what = one("form[data-live]");
  if (what) {
    let last = 0;
    let timer = 0;
    const ask = async () => {
      const mine = ++last;
      const query = new URLSearchParams(new FormData(what));
      const answer = await fetch(`${what.dataset.live}?${query}`);
      const text = await answer.text();
      if (mine === last && answer.ok) one("#live").innerHTML = text;
    };
    what.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 150);
    });
  }

  // Progress: asks once a second, and goes on when it is done -----------------------------------
  const job = one("[data-job]");
  if (job) {
    const bar = one("#job-bar");
    const began = Date.now() - 1000 * Number(job.dataset.seconds);
    let lost = 0;
    let furthest = -1; // a step may read the table once more: the bar never goes back
    const tick = async () => {
      let found = null;
      try {
        const answer = await fetch(`/jobs/${job.dataset.job}/state`, { cache: "no-store" });
        found = answer.ok ? await answer.json() : null;
      } catch {
        found = null;
      }
      if (!found) {
        lost += 1;
        one("#job-step").textContent = "The server does not answer. Trying again …";
        window.setTimeout(tick, Math.min(1000 * lost, 10000));
        return;
      }
      lost = 0;
      one("#job-step").textContent = found.words;
      const past = Math.round((Date.now() - began) / 1000);
      one("#job-time").textContent = `${past} s so far`;
      const back = found.place < furthest;
      furthest = Math.max(furthest, found.place);
      if (found.value === null) bar.removeAttribute("value");
      else if (!back) bar.value = found.value;
      all(".tasks li").forEach((item, i) => {
        item.className = i < furthest ? "past" : i === furthest ? "now" : "";
      });
      if (found.location) window.location.replace(found.location);
      else window.setTimeout(tick, 700);
    };
    tick();
  }
})();
