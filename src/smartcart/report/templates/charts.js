// Draws the figures of a page: theme, width, print. The report and the web app share it.
const charts = (() => {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const NARROW = 520;
  const own = typeof sketch === "undefined" ? null : sketch; // of the web app; the report has Plotly
  const state = { spec: { figures: {}, theme: {} }, printing: false, turning: !touch };

  const tint = (value) => {
    const theme = state.spec.theme;
    if (typeof value === "string") return Object.hasOwn(theme, value) ? theme[value] : value;
    if (Array.isArray(value)) return value.map(tint);
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tint(item)]));
    return value;
  };
  const merge = (base, over) => {
    for (const [key, value] of Object.entries(over)) {
      const nested = value && typeof value === "object" && !Array.isArray(value);
      base[key] = nested ? merge({ ...(base[key] || {}) }, value) : value;
    }
    return base;
  };
  const webgl = (() => {
    try {
      return Boolean(document.createElement("canvas").getContext("webgl"));
    } catch {
      return false;
    }
  })();

  const draw = (el) => {
    const solid = el.classList.contains("solid");
    if (!Object.hasOwn(state.spec.figures, el.dataset.figure)) return;
    let figure = structuredClone(state.spec.figures[el.dataset.figure]);
    if (solid && !webgl && !own) {
      el.closest("figure").classList.add("flat");
      return;
    }
    const paper = el.closest(".pair, .minis") ? 296 : 640;
    const width = state.printing ? paper : el.clientWidth;
    el.dataset.narrow = String(width < NARROW);
    const narrow = figure.layout.meta && figure.layout.meta.narrow;
    if (narrow && width < NARROW) merge(figure.layout, narrow);
    const nodes = figure.layout.meta && figure.layout.meta.narrow_nodes;
    if (nodes && width < NARROW) figure.data[0].node.label = nodes;
    if (dark.matches && !state.printing) figure = tint(figure);
    if (state.printing) figure.layout.width = width;
    if (figure.layout.height) el.style.minHeight = `${figure.layout.height}px`; // no part is cut off
    if (solid && !state.turning) figure.layout.scene.dragmode = false;
    (own || window.Plotly).react(el, figure.data, figure.layout, {
      responsive: !state.printing,
      scrollZoom: false,
      displaylogo: false,
      displayModeBar: solid ? undefined : false,
      modeBarButtons: solid ? [["toImage", "resetCameraDefault3d"]] : undefined,
    });
  };
  const all = () => [...document.querySelectorAll(".chart")];
  const drawAll = () => all().forEach(draw);

  const turnButton = () => {
    const turn = document.getElementById("turn");
    if (!turn || !touch || (!webgl && !own)) return;
    turn.hidden = false;
    turn.addEventListener("click", () => {
      state.turning = !state.turning;
      turn.setAttribute("aria-pressed", String(state.turning));
      turn.textContent = state.turning ? "Done turning" : "Turn with a finger";
      document.querySelectorAll(".chart.solid").forEach(draw);
    });
  };
  const print = () => {
    const opened = new Set();
    window.addEventListener("beforeprint", () => {
      state.printing = true;
      document.documentElement.classList.add("printing");
      for (const item of document.querySelectorAll("details.paper:not([open])")) {
        opened.add(item);
        item.open = true;
      }
      drawAll();
    });
    window.addEventListener("afterprint", () => {
      state.printing = false;
      document.documentElement.classList.remove("printing");
      opened.forEach((item) => (item.open = false));
      opened.clear();
      drawAll();
    });
  };

  // A wheel over the 3-D view scrolls the page: Plotly would take it even where zoom is off
  const wheel = () => {
    if (own) return;
    for (const el of document.querySelectorAll(".chart.solid"))
      el.addEventListener("wheel", (event) => event.stopPropagation(), { capture: true, passive: true });
  };

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (state.printing || !target.clientWidth) continue;
      const another = own && target.dataset.wide !== String(target.clientWidth);
      if (another || target.dataset.narrow !== String(target.clientWidth < NARROW)) draw(target);
    }
  });
  // Draws what is in a part of the page, also where that came later
  const add = (part) => {
    for (const el of part.querySelectorAll(".chart")) {
      resized.observe(el);
      draw(el);
    }
  };

  const start = (spec) => {
    state.spec = spec;
    wheel();
    add(document);
    dark.addEventListener("change", drawAll);
    turnButton();
    print();
  };
  return { start, add, draw };
})();
