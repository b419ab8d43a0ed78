(() => {
  "use strict";
  charts.start(JSON.parse(document.getElementById("figures").textContent));

  const choose = (id) => {
    const el = document.getElementById("against");
    el.dataset.figure = `against-${id}`;
    for (const table of document.querySelectorAll("[data-segment]")) {
      const own = table.dataset.segment === id;
      table.hidden = !own;
      if (own) el.setAttribute("aria-label", table.dataset.alt);
    }
    charts.draw(el);
  };
  const radios = [...document.querySelectorAll('input[name="segment"]')];
  for (const radio of radios)
    radio.addEventListener("change", () => radio.checked && choose(radio.value));
  const checked = radios.find((radio) => radio.checked);
  if (checked) choose(checked.value);
})();
