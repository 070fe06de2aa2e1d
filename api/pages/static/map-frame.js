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

  window.addEventListener("message", (event) => {
    if (event.origin !== window.location.origin || event.source !== window.parent) return;
    if (event.data?.show === "spot") showSpot(event.data);
    if (event.data?.show === "area") showArea(event.data);
  });
  if (window.parent !== window) window.parent.postMessage({ ready: "map" }, window.location.origin);
})();
