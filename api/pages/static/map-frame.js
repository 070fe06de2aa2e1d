// Runs inside the framed map: switches layers, and shows what the page around it asks for.
// The page says where the spot is by a message, so that no address ever holds a place.
(() => {
  const map = window.map_main;
  const groups = (layer) => window[`feature_group_${layer}`];
  const shapes = (layer) => window[`geo_json_${layer}`];

  for (const box of document.querySelectorAll("input[data-layer]")) {
    const show = () => {
      const group = groups(box.dataset.layer);
      if (!group) return;
      if (box.checked) map.addLayer(group);
      else map.removeLayer(group);
    };
    box.addEventListener("change", show);
    show(); // a browser may bring back ticks that the reader set before
  }

  // Where not every switch has room beside the map, the key folds to the lines that are drawn. Unfolded it takes
  // the room that it needs from the map.
  const key = document.querySelector("fieldset");
  const more = document.createElement("button");
  more.type = "button";
  key.querySelector("legend").after(more);
  const fold = (unfolded) => {
    key.className = "";
    more.hidden = true;
    if (key.scrollHeight > key.clientHeight + 1) {
      more.hidden = false;
      more.textContent = unfolded ? "Done" : "Change";
      more.setAttribute("aria-expanded", String(unfolded));
      key.className = unfolded ? "unfolded" : "folded";
    }
    map.invalidateSize();
  };
  more.addEventListener("click", () => fold(key.className === "folded"));
  window.addEventListener("resize", () => fold(key.className === "unfolded"));
  fold(false);

  let spot = null;
  const showSpot = ({ lat, lon, label }) => {
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) return;
    if (spot) spot.remove();
    const words = document.createElement("span");
    words.textContent = String(label || "");
    spot = window.L.layerGroup([
      window.L.circleMarker([lat, lon], { radius: 13, color: "#0b0c0c", weight: 3, fillColor: "#fff", fillOpacity: 0.9 }),
      window.L.circleMarker([lat, lon], { radius: 7, color: "#a71f1f", weight: 2, fillColor: "#a71f1f", fillOpacity: 1, className: "spot" }),
    ]).addTo(map);
    spot.eachLayer((mark) => mark.bindTooltip(words));
    if (!map.getBounds().contains([lat, lon])) map.panTo([lat, lon]);
  };

  const showArea = ({ layer, code }) => {
    const drawn = shapes(layer);
    if (!drawn) return;
    drawn.eachLayer((shape) => {
      if (shape.feature.properties.code !== code) return;
      shape.setStyle({ fillOpacity: 0.35, weight: 5 });
      shape.getElement()?.classList.add("chosen");
      shape.bringToFront();
      map.fitBounds(shape.getBounds().pad(0.3));
    });
  };

  // Places with the numbers that their services have in the list of the page around. Pressing one goes there.
  let marks = null;
  const showPlaces = ({ places }) => {
    if (!Array.isArray(places)) return;
    const found = places.filter(({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon));
    if (marks) marks.remove();
    marks = window.L.featureGroup();
    found.forEach(({ lat, lon, label, numbers, names }, i) => {
      const sign = document.createElement("span");
      sign.textContent = String(label);
      const words = document.createElement("span");
      words.textContent = numbers.map((number, n) => `${number}: ${names[n]}`).join("; ");
      const mark = window.L.marker([lat, lon], {
        icon: window.L.divIcon({ className: "place", html: sign, iconSize: null }),
        zIndexOffset: (found.length - i) * 10,
      });
      mark.bindTooltip(words);
      mark.on("add", () => mark.getElement().setAttribute("aria-label", words.textContent));
      mark.on("click keypress", ({ type, originalEvent }) => {
        if (type === "keypress" && originalEvent.key !== "Enter") return;
        window.parent.postMessage({ chosen: numbers[0] }, window.location.origin);
      });
      mark.addTo(marks);
    });
    marks.addTo(map);
    const around = marks.getBounds();
    if (spot) spot.eachLayer((mark) => around.extend(mark.getLatLng()));
    if (around.isValid()) map.fitBounds(around.pad(0.15), { maxZoom: 13 });
  };

  window.addEventListener("message", (event) => {
    if (event.origin !== window.location.origin || event.source !== window.parent) return;
    if (event.data?.show === "spot") showSpot(event.data);
    if (event.data?.show === "places") showPlaces(event.data);
    if (event.data?.show === "area") showArea(event.data);
  });
  if (window.parent !== window) window.parent.postMessage({ ready: "map" }, window.location.origin);
})();
