// Words are suggested while somebody types. The field works without this; nothing is sent that could be a
// postcode, and what is sent stands in no address of a page.
const FEWEST = 2;
const WAIT = 150; // milliseconds without a key before we ask
const POSTCODE = /\b[a-z]{1,2}[0-9][0-9a-z]?\s*[0-9]?[a-z]{0,2}\b/i;

function begin(place, index) {
  const field = place.querySelector("input");
  if (!field) return;
  const list = document.createElement("ul");
  list.className = "ehf-suggest__list";
  list.id = `suggested-${index}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const told = document.createElement("div");
  told.className = "govuk-visually-hidden";
  told.setAttribute("role", "status");
  field.after(list, told);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);

  let at = -1;
  let timer = 0;
  let asking = null;

  const close = () => {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (to) => {
    const options = [...list.children];
    at = to;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
  };
  const take = (option) => {
    field.value = option.dataset.text;
    told.textContent = "";
    close();
    field.focus();
  };
  const show = (found) => {
    list.replaceChildren(
      ...found.map((one, i) => {
        const option = document.createElement("li");
        option.className = "ehf-suggest__option";
        option.id = `${list.id}-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.text = one.text;
        option.append(one.text);
        if (one.note) {
          const sort = document.createElement("span");
          sort.className = "ehf-suggest__sort";
          sort.textContent = one.note;
          option.append(sort);
        }
        return option;
      }),
    );
    at = -1;
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
    told.textContent = found.length ? `${found.length} suggestion${found.length === 1 ? "" : "s"}` : "";
  };
  const ask = async () => {
    const typed = field.value.trim();
    asking?.abort();
    if (typed.length < FEWEST || typed.length > 60 || POSTCODE.test(typed)) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?limit=6&q=${encodeURIComponent(typed)}`, {
        signal: asking.signal,
        credentials: "omit",
      });
      if (!answer.ok) return close();
      const found = await answer.json();
      if (document.activeElement === field) show(read(found));
    } catch {
      close(); // given up for a newer one, or we cannot be reached: typing goes on as it would without
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    const many = list.children.length;
    if (event.key === "ArrowDown" && list.hidden && field.value.trim()) ask();
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at + 1 < many ? at + 1 : 0);
    else if (event.key === "ArrowUp") mark(at > 0 ? at - 1 : many - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
  field.form?.addEventListener("submit", close);
  // Before the field loses the focus, which closes the list.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

const SORTS = { organization: "Organisation", service: "Service" };

function read(found) {
  return found.suggestions.map(({ kind, text, means }) => ({ text, note: SORTS[kind] ?? means ?? "" }));
}

document.querySelectorAll("[data-suggest]").forEach(begin);
