// Draws the figures of the pages: bars, lines, dots with intervals as SVG. It reads the same figures
// as the report's library does, of which it knows what the pages draw; solid.js draws in three
// dimensions. Marks tell what they stand for under the pointer; every chart has its table.
const sketch = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const pen = document.createElement("canvas").getContext("2d");

  const make = (name, attributes, parent) => {
    const el = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
    parent?.append(el);
    return el;
  };
  const list = (value, n) => (Array.isArray(value) ? value : Array(n).fill(value));
  const known = (value) => typeof value === "number" && Number.isFinite(value);

  // Text: the few tags and entities that figures hold, read without HTML
  const plain = (text) =>
    text.replace(/<\/?b>/g, "").replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
  const rowsOf = (text) =>
    String(text ?? "").split("<br>").map((row) => ({ text: plain(row), bold: row.includes("<b>") }));
  const widest = (rows, size, family) => {
    pen.font = `${size}px ${family}`;
    return Math.max(0, ...rows.map((row) => pen.measureText(row.text).width));
  };
  const LINE = 1.25;
  const write = (parent, text, x, y, { size, color, family, anchor = "middle", base = "middle" }) => {
    const rows = rowsOf(text);
    const step = size * LINE;
    const top = { middle: y - (step * (rows.length - 1)) / 2, top: y + step / 2, bottom: y - step * (rows.length - 0.5) }[base];
    rows.forEach((row, i) => {
      const el = make("text", {
        x, y: top + i * step, fill: color, "font-size": size, "font-family": family,
        "text-anchor": anchor, "dominant-baseline": "central",
      }, parent);
      if (row.bold) el.setAttribute("font-weight", "600");
      el.textContent = row.text;
    });
  };

  // Figures as they are written: the formats that figures ask for
  const signed = (text) => text.replace("-", "−");
  const formats = {
    "~p": (v) => `${+(100 * v).toPrecision(6)}%`,
    ".1%": (v) => `${(100 * v).toFixed(1)}%`,
    "+.2f": (v) => (v > 0 ? "+" : "") + v.toFixed(2),
    "~g": (v) => String(+v.toPrecision(6)),
    ",.3~f": (v) => v.toLocaleString("en-US", { maximumFractionDigits: 3 }),
    "~s": (v) => {
      const [size, sign] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([s]) => Math.abs(v) >= s) || [1, ""];
      return `${+(v / size).toPrecision(4)}${sign}`;
    },
  };
  const format = (spec, v) => (known(v) ? signed((formats[spec] || formats["~g"])(v)) : String(v ?? ""));
  const told = (trace, i) =>
    (trace.hovertemplate || "").replace(/<extra>.*$/, "").replace(
      /%\{(x|y|customdata\[(\d+)\])(?::([^}]*))?\}/g,
      (_, name, place, spec) => (place === undefined ? format(spec, trace[name][i]) : String(trace.customdata[i][place])),
    );

  // What a mark says, beside the pointer
  const say = (el, text, x, y) => {
    let tip = el.querySelector(".hovertext");
    if (!text) return tip?.remove();
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "hovertext";
      el.append(tip);
    }
    if (tip.dataset.said !== text) {
      tip.dataset.said = text;
      tip.replaceChildren(
        ...rowsOf(text).map((row) => {
          const line = document.createElement(row.bold ? "b" : "span");
          line.textContent = row.text;
          return line;
        }),
      );
    }
    const wide = el.clientWidth;
    tip.style.left = `${Math.max(0, Math.min(x + 12, wide - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - 10)}px`;
    return tip;
  };
  const speaks = (el, mark, text) => {
    const here = (event) => {
      const box = el.getBoundingClientRect();
      say(el, text, event.clientX - box.left, event.clientY - box.top);
    };
    mark.addEventListener("pointerenter", here);
    mark.addEventListener("pointermove", here);
    mark.addEventListener("pointerleave", () => say(el, ""));
  };

  // Axes
  const stepOf = (span, most) => {
    const rough = span / Math.max(most, 1);
    const size = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((s) => s * size).find((s) => s >= rough * 0.999);
  };
  const reach = (axis, way, data) => {
    if (axis.range) return axis.range;
    const values = data.flatMap((t) => {
      const own = t[way] || [];
      const error = t[`error_${way}`];
      const rises = t.type === "bar" && (t.orientation === "h") === (way === "x");
      const beside = error ? own.flatMap((v, i) => [v + error.array[i], v - (error.arrayminus || error.array)[i]]) : [];
      const edges = t.type === "bar" && !rises ? own.flatMap((v) => [v - 0.5, v + 0.5]) : [];
      return [...own, ...beside, ...edges, ...(rises ? [0] : [])];
    }).filter(known);
    let [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    const bars = axis.tickvals && data.some((t) => t.type === "bar");
    if (axis.rangemode === "tozero") low = Math.min(0, low);
    if (!bars) high += 0.06 * (high - low || 1);
    return axis.autorange === "reversed" ? [high, low] : [low, high];
  };
  const ticksOf = (axis, [a, b], most) => {
    if (axis.tickvals) return axis.tickvals.map((v, i) => [v, axis.ticktext[i]]);
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const step = axis.dtick || stepOf(high - low, axis.nticks || most);
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1)
      found.push([i * step, format(axis.tickformat || "~g", +(i * step).toPrecision(12))]);
    return found;
  };

  const KEY = 22; // height of a row of the legend
  const legendRows = (data, wide, size, family) => {
    const rows = [[]];
    let at = 0;
    for (const trace of data.filter((t) => t.name && t.showlegend !== false)) {
      const own = widest([{ text: plain(trace.name) }], size, family) + 36;
      if (at && at + own > wide) {
        rows.push([]);
        at = 0;
      }
      rows.at(-1).push([trace, at]);
      at += own;
    }
    return rows;
  };

  const symbolOf = (shape, x, y, size, attributes, parent) => {
    const r = size / 2;
    if (shape === "square") return make("rect", { x: x - r, y: y - r, width: size, height: size, ...attributes }, parent);
    return make("circle", { cx: x, cy: y, r, ...attributes }, parent);
  };

  const flat = (el, data, layout) => {
    const wide = layout.width || el.clientWidth || 640;
    const { height, font, margin } = layout;
    const family = font.family;
    const [xaxis, yaxis] = [layout.xaxis, layout.yaxis];
    const keys = layout.showlegend ? legendRows(data, wide - margin.l - margin.r, layout.legend.font?.size || 12, family) : [];
    const [xs, ys] = [reach(xaxis, "x", data), reach(yaxis, "y", data)];

    // the room that names need
    const ysize = yaxis.tickfont.size;
    const yticks = yaxis.visible === false ? [] : ticksOf(yaxis, ys, height / 45);
    const apart = yaxis.ticklabelstandoff || 6;
    const left = margin.l + (yticks.length ? Math.max(...yticks.map(([, t]) => widest(rowsOf(t), ysize, family))) + apart : 0);
    const right = wide - margin.r;
    const top = Math.max(margin.t, keys.length * KEY + (keys.length ? 8 : 0));
    const xsize = xaxis.tickfont.size;
    const shownX = xaxis.visible !== false;
    const bottom = height - margin.b - (shownX ? xsize + 10 : 0) - (xaxis.title.text ? 24 : 0);
    const X = (v) => left + ((v - xs[0]) / (xs[1] - xs[0])) * (right - left);
    const Y = (v) => bottom - ((v - ys[0]) / (ys[1] - ys[0])) * (bottom - top);

    const svg = make("svg", { class: "main-svg", viewBox: `0 0 ${wide} ${height}`, width: wide, height, "aria-hidden": "true" });
    const under = make("g", {}, svg);
    const marks = make("g", {}, svg);
    const texts = make("g", { "pointer-events": "none" }, svg);
    const hits = make("g", { fill: "transparent" }, svg);
    const soft = { size: xsize, color: xaxis.tickfont.color, family };

    for (const [v, t] of yticks) {
      if (yaxis.showgrid !== false) make("line", { x1: left, x2: right, y1: Y(v), y2: Y(v), stroke: yaxis.gridcolor }, under);
      write(texts, t, left - apart, Y(v), { size: ysize, color: yaxis.tickfont.color, family, anchor: "end" });
    }
    if (shownX) {
      const most = (right - left) / 60;
      for (const [v, t] of ticksOf(xaxis, xs, most)) {
        if (X(v) < left - 1 || X(v) > right + 1) continue;
        if (xaxis.showgrid !== false) make("line", { x1: X(v), x2: X(v), y1: top, y2: bottom, stroke: xaxis.gridcolor }, under);
        const half = widest(rowsOf(t), xsize, family) / 2;
        write(texts, t, Math.min(Math.max(X(v), half), wide - half), bottom + 6, { ...soft, base: "top" });
      }
      if (xaxis.zeroline) make("line", { x1: X(0), x2: X(0), y1: top, y2: bottom, stroke: xaxis.zerolinecolor }, under);
      const { text, font: own } = xaxis.title;
      if (text) write(texts, text, (left + right) / 2, height - margin.b - 4, { ...own, family, base: "bottom" });
    }
    for (const { x0, x1, y0, y1, line } of layout.shapes || [])
      make("line", {
        x1: X(x0), x2: X(x1), y1: bottom - y0 * (bottom - top), y2: bottom - y1 * (bottom - top),
        stroke: line.color, "stroke-width": line.width, "stroke-dasharray": line.dash === "dot" ? "2 4" : "none",
      }, under);

    const bars = data.filter((t) => t.type === "bar");
    bars.forEach((trace, place) => {
      const lying = trace.orientation === "h";
      const [along, at] = lying ? [trace.x, trace.y] : [trace.y, trace.x];
      const slot = trace.width || (1 - (layout.bargap || 0)) / bars.length;
      const thick = slot * (1 - (layout.bargroupgap || 0));
      const colors = list(trace.marker.color, at.length);
      at.forEach((v, i) => {
        if (!known(along[i])) return;
        const middle = v + (place - (bars.length - 1) / 2) * slot;
        const [A, B] = lying ? [X, Y] : [Y, X];
        const [from, to] = [A(0), A(along[i])];
        const edges = [B(middle - thick / 2), B(middle + thick / 2)];
        const box = { low: Math.min(from, to), size: Math.abs(to - from), side: Math.min(...edges), thick: Math.abs(edges[1] - edges[0]) };
        const shape = lying
          ? { x: box.low, width: box.size, y: box.side, height: box.thick }
          : { y: box.low, height: box.size, x: box.side, width: box.thick };
        make("rect", { ...shape, fill: colors[i] }, marks);
        if (trace.text) {
          const away = along[i] < 0 ? -1 : 1;
          const style = { size: trace.textfont.size || 13, color: trace.textfont.color, family, anchor: away < 0 ? "end" : "start" };
          write(texts, trace.text[i], to + 5 * away, box.side + box.thick / 2, style);
        }
        const hit = lying
          ? { x: left, width: right - left, y: box.side, height: box.thick }
          : { y: top, height: bottom - top, x: box.side, width: box.thick };
        speaks(el, make("rect", hit, hits), told(trace, i));
      });
    });

    for (const trace of data.filter((t) => t.type === "scatter")) {
      const n = trace.x.length;
      const spots = trace.x.map((x, i) => (known(x) && known(trace.y[i]) ? [X(x), Y(trace.y[i])] : null));
      if (trace.mode.includes("lines")) {
        let path = "";
        spots.forEach((spot, i) => {
          if (!spot) return;
          const before = spots[i - 1];
          if (trace.line.shape === "hvh") {
            const half = Math.abs(X(1) - X(0)) / 2;
            path += `${before ? "L" : "M"}${spot[0] - half} ${spot[1]}H${spot[0] + half}`;
          } else path += `${before ? "L" : "M"}${spot[0]} ${spot[1]}`;
        });
        make("path", { d: path, fill: "none", stroke: trace.line.color, "stroke-width": trace.line.width, "pointer-events": "none" }, marks);
      }
      for (const way of ["x", "y"]) {
        const error = trace[`error_${way}`];
        if (!error) continue;
        const place = way === "x" ? X : Y;
        spots.forEach((spot, i) => {
          const [up, down] = [error.array[i], (error.arrayminus || error.array)[i]];
          if (!spot || !known(up) || !known(down)) return;
          const [a, b] = [place(trace[way][i] - down), place(trace[way][i] + up)];
          const w = error.width;
          const d = way === "x"
            ? `M${a} ${spot[1]}H${b}M${a} ${spot[1] - w}v${2 * w}M${b} ${spot[1] - w}v${2 * w}`
            : `M${spot[0]} ${a}V${b}M${spot[0] - w} ${a}h${2 * w}M${spot[0] - w} ${b}h${2 * w}`;
          make("path", { d, fill: "none", stroke: error.color, "stroke-width": error.thickness, "pointer-events": "none" }, marks);
        });
      }
      if (trace.mode.includes("markers")) {
        const { size, color, symbol, line = {} } = trace.marker;
        const colors = list(color, n);
        spots.forEach((spot, i) => {
          if (!spot) return;
          const style = { fill: colors[i], stroke: line.color || "none", "stroke-width": line.width || 0 };
          symbolOf(symbol, ...spot, size, style, marks);
          if (trace.hovertemplate)
            speaks(el, make("circle", { cx: spot[0], cy: spot[1], r: Math.max(11, size / 2 + 3) }, hits), told(trace, i));
        });
      }
      if (trace.mode.includes("text")) {
        const colors = list(trace.textfont.color, n);
        spots.forEach((spot, i) => {
          const style = { size: trace.textfont.size, color: colors[i], family, anchor: "start" };
          if (spot) write(texts, trace.text[i].trim(), spot[0] + 9, spot[1], style);
        });
      }
    }

    for (const note of layout.annotations || []) {
      const y = note.yref === "paper" ? bottom - note.y * (bottom - top) : Y(note.y);
      const { size, color } = note.font;
      const tall = rowsOf(note.text).length * size * LINE;
      const anchor = { left: "start", right: "end" }[note.xanchor] || "middle";
      let x = X(note.x) + (note.xshift || 0);
      const own = widest(rowsOf(note.text), size * 1.05, family);
      const from = { start: x, end: x - own, middle: x - own / 2 }[anchor];
      x += Math.max(0, 2 - from) - Math.max(0, from + own - wide + 2); // inside of the picture
      const base = note.yanchor || "middle";
      const middle = Math.max(tall / 2, Math.min(y - (note.yshift || 0), height - tall / 2));
      write(texts, note.text, x, base === "bottom" ? y - 4 : middle, { size, color, family, anchor, base });
    }

    keys.forEach((row, i) => {
      const y = top - 8 - (keys.length - i - 0.5) * KEY;
      for (const [trace, at] of row) {
        const x = margin.l + at;
        const color = trace.type === "bar" || trace.mode.includes("markers") ? [trace.marker.color].flat()[0] : trace.line.color;
        if (trace.type === "bar") make("rect", { x, y: y - 5, width: 18, height: 10, fill: color }, marks);
        else make("line", { x1: x, x2: x + 18, y1: y, y2: y, stroke: color, "stroke-width": trace.line.width }, marks);
        write(texts, trace.name, x + 24, y, { size: layout.legend.font?.size || 12, color: font.color, family, anchor: "start" });
      }
    });
    el.replaceChildren(svg);
  };

  const react = (el, data, layout) => {
    el.data = data;
    el.dataset.wide = String(el.clientWidth);
    if (data.some((trace) => trace.type === "scatter3d")) solid.draw(el, data, layout);
    else flat(el, data, layout);
  };
  return { react, say, plain };
})();
