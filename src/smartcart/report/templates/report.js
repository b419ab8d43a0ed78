(() => {
  "use strict";
  const spec = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const NARROW = 520;
  let printing = false;
  let turning = !touch;

  const tint = (value) => {
    if (typeof value === "string") return Object.hasOwn(spec.theme, value) ? spec.theme[value] : value;
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
    const name = el.dataset.figure;
    let figure = structuredClone(spec.figures[name]);
    const solid = name === "clusters_3d";
    if (solid && !webgl) {
      el.closest("figure").classList.add("flat");
      return;
    }
    const paper = el.closest(".pair") ? 296 : 640;
    const width = printing ? paper : el.clientWidth;
    el.dataset.narrow = String(width < NARROW);
    const narrow = figure.layout.meta && figure.layout.meta.narrow;
    if (narrow && width < NARROW) merge(figure.layout, narrow);
    if (dark.matches && !printing) figure = tint(figure);
    if (printing) figure.layout.width = width;
    if (solid && !turning) figure.layout.scene.dragmode = false;
    window.Plotly.react(el, figure.data, figure.layout, {
      responsive: !printing,
      scrollZoom: false,
      displaylogo: false,
      displayModeBar: solid ? undefined : false,
      modeBarButtons: solid ? [["toImage", "resetCameraDefault3d"]] : undefined,
    });
  };
  const charts = [...document.querySelectorAll(".chart")];
  const drawAll = () => charts.forEach(draw);

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (printing || !target.clientWidth) continue;
      if (target.dataset.narrow !== String(target.clientWidth < NARROW)) draw(target);
    }
  });
  charts.forEach((el) => resized.observe(el));
  drawAll();
  dark.addEventListener("change", drawAll);

  const choose = (id) => {
    const el = document.getElementById("against");
    el.dataset.figure = `against-${id}`;
    for (const table of document.querySelectorAll("[data-segment]")) {
      const own = table.dataset.segment === id;
      table.hidden = !own;
      if (own) el.setAttribute("aria-label", table.dataset.alt);
    }
    draw(el);
  };
  const radios = [...document.querySelectorAll('input[name="segment"]')];
  for (const radio of radios)
    radio.addEventListener("change", () => radio.checked && choose(radio.value));
  const checked = radios.find((radio) => radio.checked);
  if (checked) choose(checked.value);

  const turn = document.getElementById("turn");
  if (turn && touch && webgl) {
    turn.hidden = false;
    turn.addEventListener("click", () => {
      turning = !turning;
      turn.setAttribute("aria-pressed", String(turning));
      turn.textContent = turning ? "Done turning" : "Turn with a finger";
      draw(document.querySelector('[data-figure="clusters_3d"]'));
    });
  }

  const opened = new Set();
  window.addEventListener("beforeprint", () => {
    printing = true;
    document.documentElement.classList.add("printing");
    for (const item of document.querySelectorAll("details.paper:not([open])")) {
      opened.add(item);
      item.open = true;
    }
    drawAll();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    document.documentElement.classList.remove("printing");
    opened.forEach((item) => (item.open = false));
    opened.clear();
    drawAll();
  });
})();
