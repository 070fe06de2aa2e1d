// The pages of the questionnaire work without this script. It adds the one thing that only a script can do.
for (const place of document.querySelectorAll("[data-print]")) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => window.print());
}
