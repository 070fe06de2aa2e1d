// What inspection.py asks of a page. Each function answers with sentences about what is wrong; none: all is well.
(() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const called = (element) => {
    const words = (element.getAttribute("aria-label") || element.innerText || element.name || "").trim();
    return `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""} “${words.slice(0, 40)}”`;
  };

  // What Tab stops at, in the order of the document. Of radio buttons the chosen one stands for its group.
  const stops = () => {
    const groups = new Set();
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")].filter((one) => {
      if (one.tabIndex < 0 || one.disabled || one.type === "hidden" || !seen(one)) return false;
      if (one.type !== "radio") return true;
      const group = `${one.form?.action} ${one.name}`;
      const chosen = document.querySelector(`input[type=radio][name="${one.name}"]:checked`);
      if (groups.has(group) || (chosen && chosen !== one)) return false;
      groups.add(group);
      return true;
    });
  };

  const headings = () => {
    const wrong = [];
    if (document.documentElement.lang !== "en-GB") wrong.push(`lang is “${document.documentElement.lang}”`);
    const found = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((one) => one.checkVisibility());
    const first = found.filter((one) => one.tagName === "H1");
    if (first.length !== 1) wrong.push(`${first.length} main headings`);
    let before = 0;
    for (const one of document.querySelectorAll("main h1, main h2, main h3, main h4, main h5, main h6")) {
      if (!one.checkVisibility()) continue;
      const level = Number(one.tagName[1]);
      // The summary of errors stands before the main heading, as GOV.UK has it.
      if (one.closest(".govuk-error-summary, .ehf-care") && before === 0) continue;
      if (level > before + 1) wrong.push(`level ${level} after ${before}: ${called(one)}`);
      before = level;
    }
    for (const one of found) if (!one.innerText.trim()) wrong.push("an empty heading");
    for (const part of ["main", "[role=banner], header", "footer, [role=contentinfo]"]) {
      if (document.querySelectorAll(part).length < 1) wrong.push(`there is no ${part}`);
    }
    if (document.querySelectorAll("main").length > 1) wrong.push("more than one main part");
    return wrong;
  };

  const skipping = () => {
    const first = stops()[0];
    if (!first?.matches(".govuk-skip-link")) return [`Tab stops first at ${first ? called(first) : "nothing"}`];
    const target = document.querySelector(first.getAttribute("href"));
    return target?.matches("main") || target?.closest("main") ? [] : ["the skip link does not lead to the main part"];
  };

  // On a telephone what comes later must not stand above, except at the top of a next column.
  const order = () => {
    const wrong = [];
    let before = null;
    for (const one of stops()) {
      if (one.tabIndex > 0) wrong.push(`a tabindex of ${one.tabIndex}: ${called(one)}`);
      if (one.matches(".govuk-skip-link") || one.closest(".govuk-exit-this-page")) continue;
      const box = one.getBoundingClientRect();
      if (before && box.bottom + window.scrollY <= before.top + 1 && box.left < before.right) wrong.push(`${called(one)} stands above ${before.name}`);
      before = { top: box.top + window.scrollY, right: box.right, name: called(one) };
    }
    return wrong;
  };

  const parts = (one) => {
    const found = [[one, null], [one, "::before"], [one, "::after"]];
    for (const label of one.labels || []) found.push([label, "::before"], [label, "::after"]);
    return found;
  };
  // What can be seen round an element: a colour of an outline that has no width is nothing.
  const looks = (one) => parts(one).map(([element, pseudo]) => {
    const style = getComputedStyle(element, pseudo);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && style.outlineColor !== "rgba(0, 0, 0, 0)";
    return [
      outline && [style.outlineStyle, style.outlineWidth, style.outlineColor],
      style.boxShadow,
      /, 0\)$/.test(style.backgroundColor) || style.backgroundColor,
      style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0 && [style.borderTopWidth, style.borderTopColor],
    ].join(" ");
  }).join("; ");
  const outlined = (one) => parts(one).some(([element, pseudo]) => {
    const style = getComputedStyle(element, pseudo);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  });
  // Whether some of it can be seen: neither outside the window nor under what sticks to its edge.
  const uncovered = (one) => {
    for (const box of one.getClientRects()) {
      for (const across of [0.1, 0.5, 0.9]) {
        for (const down of [0.2, 0.5, 0.8]) {
          const hit = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
          if (hit && (one.contains(hit) || hit.contains(one) || [...(one.labels || [])].some((label) => label.contains(hit)))) return true;
        }
      }
    }
    return false;
  };

  // Script may only show the ring that a keyboard shows once a key has been pressed.
  const focus = (forced) => {
    const wrong = [];
    for (const one of stops()) {
      if (one.tagName === "IFRAME") continue;
      document.activeElement?.blur();
      const before = looks(one);
      one.focus();
      if (document.activeElement !== one) wrong.push(`${called(one)} does not take the focus`);
      else if (forced ? !outlined(one) && looks(one) === before : looks(one) === before) wrong.push(`the focus cannot be seen on ${called(one)}`);
      else if (!uncovered(one)) wrong.push(`${called(one)} is hidden while it has the focus`);
    }
    document.activeElement?.blur();
    window.scrollTo(0, 0);
    return wrong;
  };

  const wide = () => {
    const wrong = [];
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return wrong;
    for (const one of document.querySelectorAll("body *")) {
      if (one.getBoundingClientRect().right > room + 1 && seen(one) && !one.closest(".ehf-scroll")) wrong.push(`wider than ${room} pixels: ${called(one)}`);
    }
    return wrong.length ? wrong.slice(-3) : [`the page is ${document.documentElement.scrollWidth} pixels wide`];
  };

  // Text that its own box cuts off. What only screen readers are told is one pixel large on purpose.
  const cut = () => {
    const found = new Set();
    for (const one of document.querySelectorAll("body *")) {
      const style = getComputedStyle(one);
      if (!["hidden", "clip"].includes(style.overflowX) && !["hidden", "clip"].includes(style.overflowY)) continue;
      if (one.clientWidth <= 1 || style.clipPath !== "none" || !seen(one) || !one.innerText?.trim()) continue;
      if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) found.add(called(one));
    }
    return found;
  };

  const spacing = () => {
    const before = cut();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
    const wrong = [...wide(), ...[...cut()].filter((one) => !before.has(one)).map((one) => `cut off: ${one}`)];
    document.adoptedStyleSheets = [];
    return wrong;
  };

  const light = (colour) => {
    const [r, g, b] = (colour.match(/[\d.]+/g) || [0, 0, 0]).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  // A drawing keeps its colours while the page round it takes the reader's: some of it must stand out from them.
  const drawings = () => {
    const probe = document.createElement("div");
    document.body.append(probe);
    probe.style.backgroundColor = "Canvas";
    const canvas = getComputedStyle(probe).backgroundColor;
    probe.remove();
    const behind = (svg) => {
      for (let one = svg; one; one = one.parentElement) {
        const { backgroundColor } = getComputedStyle(one);
        if (!/, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
      }
      return canvas;
    };
    const wrong = [];
    for (const svg of document.querySelectorAll("svg")) {
      if (!seen(svg)) continue;
      const shapes = [...svg.querySelectorAll("path, circle, line, rect, polygon, polyline")];
      const ground = behind(svg);
      const stands = shapes.some((shape) => {
        const style = getComputedStyle(shape);
        // Chromium goes on telling the old colour of what takes its own from the text.
        const fill = shape.getAttribute("fill") === "currentColor" ? getComputedStyle(svg).color : style.fill;
        return [[fill, style.fillOpacity], [style.stroke, style.strokeOpacity]].some(
          ([colour, opacity]) => colour.startsWith("rgb") && Number(opacity) > 0.5 && contrast(colour, ground) >= 3);
      });
      if (shapes.length && !stands) wrong.push(`nothing of the drawing stands out from ${ground}: ${svg.getAttribute("class") || svg.parentElement.className}`);
    }
    for (const dot of document.querySelectorAll(".ehf-dot, .ehf-number, .ehf-progress__bar")) {
      if (!seen(dot)) continue;
      const style = getComputedStyle(dot);
      const text = dot.innerText?.trim();
      if (!text && (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1)) wrong.push(`has no edge: ${dot.className}`);
    }
    return wrong;
  };

  const motion = () => {
    const wrong = document.getAnimations().filter((one) => one.playState === "running").map((one) => `moves: ${one.animationName || one.transitionProperty}`);
    if (getComputedStyle(document.documentElement).scrollBehavior === "smooth") wrong.push("scrolls smoothly");
    for (const one of document.querySelectorAll("body, body *")) {
      const style = getComputedStyle(one);
      if (style.transitionDuration.split(", ").some((part) => parseFloat(part) > 0)) wrong.push(`would move: ${one.className || one.tagName}`);
      if (style.animationName !== "none") wrong.push(`is animated: ${one.className || one.tagName}`);
    }
    return [...new Set(wrong)].slice(0, 5);
  };

  const errors = () => {
    const summary = document.querySelector(".govuk-error-summary");
    const fields = [...document.querySelectorAll(".govuk-error-message")];
    if (!summary) return [...fields.map(() => "a field has an error, the page has no summary"), ...(document.title.startsWith("Error:") ? ["the title tells of an error that the page does not show"] : [])];
    const wrong = [];
    if (!document.title.startsWith("Error: ")) wrong.push(`the title does not begin with “Error:”: ${document.title}`);
    if (document.activeElement !== summary) wrong.push("the summary of errors has no focus");
    const links = [...summary.querySelectorAll("a")];
    if (!links.length) wrong.push("the summary links to no field");
    for (const link of links) {
      const field = document.querySelector(link.getAttribute("href"));
      if (!field) { wrong.push(`the summary links to nothing: ${link.getAttribute("href")}`); continue; }
      link.click();
      if (document.activeElement !== field) wrong.push(`${called(link)} does not lead to its field`);
      const told = (field.getAttribute("aria-describedby") || field.closest("fieldset")?.getAttribute("aria-describedby") || "").split(" ");
      if (!told.some((id) => document.getElementById(id)?.matches(".govuk-error-message"))) wrong.push(`the field is not described by its error: ${called(field)}`);
    }
    window.scrollTo(0, 0);
    return wrong;
  };

  // What needs a script and is shown although none runs.
  const dead = () => {
    const wrong = [];
    for (const one of document.querySelectorAll("button")) {
      if (seen(one) && !one.form) wrong.push(`a button that does nothing: ${called(one)}`);
    }
    for (const one of document.querySelectorAll(".ehf-map")) {
      if (!one.querySelector("svg.ehf-picture")?.checkVisibility()) wrong.push("a map without a picture");
    }
    return wrong;
  };

  window.looking = { headings, skipping, order, focus, wide, spacing, drawings, motion, errors, dead, stops: () => stops().map(called) };
})();
