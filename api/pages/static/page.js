// Everything works without this script. It starts the GOV.UK Frontend components and, where a page has a
// picture of a map, puts a map that can be moved in the picture's place.
import { initAll } from "./vendor/govuk-frontend/govuk-frontend.min.js";

initAll();

for (const place of document.querySelectorAll("[data-map]")) {
  const frame = document.createElement("iframe");
  frame.className = "ehf-map__frame";
  frame.title = place.dataset.mapTitle;
  frame.loading = "lazy";
  frame.src = place.dataset.map;
  window.addEventListener("message", (event) => {
    if (event.origin !== window.location.origin || event.source !== frame.contentWindow) return;
    if (Number.isInteger(event.data?.chosen)) {
      document.querySelector(`#result-${event.data.chosen} a`)?.focus();
      return;
    }
    if (event.data?.ready !== "map") return;
    const say = (what) => frame.contentWindow.postMessage(what, window.location.origin);
    if (place.dataset.lat) {
      say({ show: "spot", lat: Number(place.dataset.lat), lon: Number(place.dataset.lon), label: place.dataset.label });
    }
    if (place.dataset.places) say({ show: "places", places: JSON.parse(place.dataset.places) });
    if (place.dataset.code) say({ show: "area", layer: place.dataset.layer, code: place.dataset.code });
  });
  place.classList.add("ehf-map--moving");
  place.prepend(frame);
}
