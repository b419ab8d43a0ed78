// Points in three dimensions on a canvas: dragging or the arrow keys turn them, a name hides its
// points, the dot under the pointer tells its segment. The wheel is left to the page.
const solid = (() => {
  "use strict";
  const views = new WeakMap(); // how each picture is turned, and what is hidden
  const STEEP = 1.45; // radians up or down, short of the pole
  const FAR = 2; // from the eye to the middle, in sides of the box
  const NEAR = 9; // pixels within which a dot is under the pointer

  const shapes = {
    circle: (pen, x, y, r) => pen.arc(x, y, r, 0, 7),
    square: (pen, x, y, r) => pen.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
    diamond: (pen, x, y, r) => {
      pen.moveTo(x, y - 1.3 * r);
      for (const [dx, dy] of [[1.3, 0], [0, 1.3], [-1.3, 0]]) pen.lineTo(x + dx * r, y + dy * r);
      pen.closePath();
    },
    cross: (pen, x, y, r) => {
      pen.rect(x - r * 1.2, y - r * 0.4, r * 2.4, r * 0.8);
      pen.rect(x - r * 0.4, y - r * 1.2, r * 0.8, r * 2.4);
    },
  };

  const homeOf = ({ eye }) => ({
    turn: Math.atan2(eye.y, eye.x),
    lift: Math.atan2(eye.z, Math.hypot(eye.x, eye.y)),
  });

  const viewOf = (el) => {
    let view = views.get(el);
    if (view) return view;
    view = { canvas: document.createElement("canvas"), names: document.createElement("div"), hidden: new Set() };
    view.names.className = "names";
    el.before(view.names);
    view.canvas.className = "solid-canvas";
    el.replaceChildren(view.canvas);
    el.tabIndex = 0;
    views.set(el, view);
    listen(el, view);
    return view;
  };

  const draw = (el, data, layout) => {
    const view = viewOf(el);
    if (!view.turned) Object.assign(view, homeOf(layout.scene.camera));
    Object.assign(view, { data, layout });
    const spans = ["x", "y", "z"].map((way) => {
      const values = data.flatMap((trace) => trace[way]);
      return [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
    });
    const ratio = ["x", "y", "z"].map((way) => layout.scene.aspectratio[way]);
    const unit = (v, i) => ((v - spans[i][0]) / (spans[i][1] - spans[i][0] || 1) - 0.5) * ratio[i];
    view.ratio = ratio;
    view.points = data.map((trace) => trace.x.map((x, i) => [unit(x, 0), unit(trace.y[i], 1), unit(trace.z[i], 2)]));
    name(el, view);
    paint(el, view);
  };

  const name = (el, view) => {
    const several = view.layout.showlegend;
    view.names.replaceChildren(
      ...(several ? view.data : []).map((trace) => {
        const button = document.createElement("button");
        button.type = "button";
        button.setAttribute("aria-pressed", String(!view.hidden.has(trace.name)));
        const dot = document.createElement("canvas");
        dot.width = dot.height = 24;
        stamp(dot.getContext("2d"), trace.marker, 12, 12, 7.5, 2.5);
        button.append(dot, sketch.plain(trace.name));
        button.addEventListener("click", () => {
          const gone = !view.hidden.delete(trace.name);
          if (gone) view.hidden.add(trace.name);
          button.setAttribute("aria-pressed", String(!gone));
          paint(el, view);
        });
        return button;
      }),
    );
  };

  const stamp = (pen, marker, x, y, r, line) => {
    const [shape, open] = marker.symbol.split("-");
    pen.beginPath();
    shapes[shape](pen, x, y, r);
    if (open) {
      pen.lineWidth = line;
      pen.strokeStyle = marker.color;
      pen.stroke();
    } else {
      pen.fillStyle = marker.color;
      pen.fill();
    }
  };

  // The place of a point on the picture, and how far it is from the eye
  const lens = (view, wide, high) => {
    const [ct, st, cl, sl] = [Math.cos(view.turn), Math.sin(view.turn), Math.cos(view.lift), Math.sin(view.lift)];
    const zoom = 1.1 * Math.min(wide, high * 1.25);
    const drop = view.layout.scene.camera.center.z;
    return ([x, y, z]) => {
      const right = -st * x + ct * y;
      const up = -sl * (ct * x + st * y) + cl * (z - drop);
      const depth = FAR - (cl * (ct * x + st * y) + sl * (z - drop));
      const scale = zoom / depth;
      return [wide / 2 + right * scale, high / 2 - up * scale, depth];
    };
  };

  const paint = (el, view) => {
    const { canvas, layout } = view;
    const wide = layout.width || el.clientWidth || 640;
    const high = Math.min(Math.max(240, layout.height - view.names.offsetHeight), 1.05 * wide);
    el.style.minHeight = `${high}px`;
    const sharp = window.devicePixelRatio || 1;
    canvas.width = wide * sharp;
    canvas.height = high * sharp;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
    canvas.style.touchAction = layout.scene.dragmode ? "none" : "auto";
    const pen = canvas.getContext("2d");
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    const place = lens(view, wide, high);
    box(pen, view, place);
    view.dots = [];
    view.data.forEach((trace, i) => {
      if (view.hidden.has(trace.name)) return;
      for (const point of view.points[i]) view.dots.push([...place(point), i]);
    });
    view.dots.sort((a, b) => b[2] - a[2]); // the near ones last, over those behind them
    pen.globalAlpha = 0.8;
    for (const [x, y, depth, i] of view.dots) {
      const { marker } = view.data[i];
      stamp(pen, marker, x, y, Math.max(1.3, (marker.size * 1.5) / depth), 1.1);
    }
    pen.globalAlpha = 1;
    titles(pen, view, place, wide, high);
  };

  const corner = (view, ...signs) => signs.map((sign, i) => (sign * view.ratio[i]) / 2);
  // The three faces behind the points, with a grid
  const box = (pen, view, place) => {
    const middle = place([0, 0, 0])[2];
    pen.lineWidth = 1;
    pen.strokeStyle = view.layout.scene.xaxis.gridcolor;
    for (const axis of [0, 1, 2])
      for (const side of [-1, 1]) {
        const signs = [0, 0, 0];
        signs[axis] = side;
        if (place(corner(view, ...signs))[2] < middle) continue;
        const [a, b] = [0, 1, 2].filter((one) => one !== axis);
        for (const [along, over] of [[a, b], [b, a]])
          for (let step = -1; step <= 1; step += 0.5) {
            const ends = [-1, 1].map((end) => {
              const at = [0, 0, 0];
              at[axis] = side;
              at[along] = end;
              at[over] = step;
              return place(corner(view, ...at));
            });
            pen.beginPath();
            pen.moveTo(ends[0][0], ends[0][1]);
            pen.lineTo(ends[1][0], ends[1][1]);
            pen.stroke();
          }
      }
  };
  const titles = (pen, view, place, wide, high) => {
    const { scene, font } = view.layout;
    const [cx, cy] = place([0, 0, 0]);
    pen.font = `12px ${font.family}`;
    pen.textBaseline = "middle";
    ["xaxis", "yaxis", "zaxis"].forEach((axis, i) => {
      const [a, b] = [0, 1, 2].filter((one) => one !== i);
      const edges = [[-1, -1], [-1, 1], [1, -1], [1, 1]].map(([u, v]) => {
        const signs = [0, 0, 0];
        signs[a] = u;
        signs[b] = v;
        return place(corner(view, ...signs));
      });
      // the lowest edge of those that lie, the outermost on the left of those that stand
      const [x, y] = edges.reduce((best, one) => (i < 2 ? one[1] > best[1] : one[0] < best[0]) ? one : best);
      const [dx, dy] = [x - cx, y - cy];
      const far = Math.hypot(dx, dy) || 1;
      pen.fillStyle = scene[axis].title.font.color;
      pen.textAlign = Math.abs(dx) < 20 ? "center" : dx < 0 ? "right" : "left";
      const text = scene[axis].title.text;
      const own = pen.measureText(text).width;
      const at = x + (14 * dx) / far;
      const least = { center: own / 2, right: own, left: 0 }[pen.textAlign] + 2;
      const most = wide - { center: own / 2, right: 0, left: own }[pen.textAlign] - 2;
      pen.fillText(text, Math.min(Math.max(at, least), most), Math.min(y + (14 * dy) / far, high - 8));
    });
  };

  const listen = (el, view) => {
    let from = null;
    const { canvas } = view;
    let waits = false;
    const soon = () => {
      if (waits) return;
      waits = true;
      window.requestAnimationFrame(() => {
        waits = false;
        paint(el, view);
      });
    };
    const turn = (dx, dy) => {
      view.turned = true;
      view.turn -= dx * 0.008;
      view.lift = Math.max(-STEEP, Math.min(STEEP, view.lift + dy * 0.008));
      soon();
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!view.layout.scene.dragmode || event.button) return;
      from = [event.clientX, event.clientY];
      canvas.setPointerCapture(event.pointerId);
      sketch.say(el, "");
    });
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => (from = null));
    canvas.addEventListener("pointermove", (event) => {
      if (from) {
        turn(event.clientX - from[0], event.clientY - from[1]);
        from = [event.clientX, event.clientY];
        return;
      }
      const at = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - at.left, event.clientY - at.top];
      const near = view.dots.findLast((dot) => Math.hypot(dot[0] - x, dot[1] - y) < NEAR);
      sketch.say(el, near ? view.data[near[3]].name : "", x, y);
    });
    canvas.addEventListener("pointerleave", () => sketch.say(el, ""));
    canvas.addEventListener("dblclick", () => {
      Object.assign(view, homeOf(view.layout.scene.camera), { turned: false });
      soon();
    });
    el.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] }[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      turn(...way);
    });
  };
  return { draw };
})();
