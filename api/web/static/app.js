/* What scripts add to pages that work without them. */
"use strict";

/* Menus close when one looks elsewhere, or presses Escape. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Drafts: what is typed into a form is kept in this tab until it was sent, whatever happens to the page. */
const drafts = {
  key(form) {
    return `draft ${document.body.dataset.person} ${form.getAttribute("action")} ${form.dataset.draft}`;
  },
  fields(form) {
    return [...form.elements].filter(
      (field) => field.name && field.type !== "hidden" && field.type !== "file" && field.tagName !== "BUTTON",
    );
  },
  keep(form) {
    const typed = drafts.fields(form).map((field) =>
      field.type === "radio" || field.type === "checkbox" ? field.checked : field.value,
    );
    sessionStorage.setItem(drafts.key(form), JSON.stringify(typed));
  },
  bring(form) {
    const kept = sessionStorage.getItem(drafts.key(form));
    if (!kept) return;
    const typed = JSON.parse(kept);
    drafts.fields(form).forEach((field, place) => {
      if (typeof typed[place] === "boolean") field.checked = typed[place] && !field.disabled;
      else if (typeof typed[place] === "string" && typed[place]) field.value = typed[place];
      const fold = field.closest("details");
      if (fold && field.tagName !== "SELECT" && field.type !== "radio" && field.value && field.value !== field.defaultValue) fold.open = true;
    });
  },
  forget(prefix) {
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith("draft ") && key.includes(prefix)) sessionStorage.removeItem(key);
  },
  start() {
    const said = new URLSearchParams(location.search).get("said");
    if (said && said !== "unknown") drafts.forget(` ${location.pathname.replace(/\/prepare$/, "")}`);
    for (const form of document.querySelectorAll("form[data-draft]")) {
      drafts.bring(form);
      form.addEventListener("input", () => drafts.keep(form));
    }
  },
};

/* Uploads: a file is dropped or chosen, and goes up with its progress shown. */
const uploads = {
  start() {
    for (const form of document.querySelectorAll("form[data-upload]")) {
      const place = form.querySelector(".drop");
      const input = form.querySelector("input[type=file]");
      for (const name of ["dragenter", "dragover"])
        place.addEventListener(name, (event) => {
          event.preventDefault();
          place.classList.add("over");
        });
      for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("over"));
      place.addEventListener("drop", (event) => {
        event.preventDefault();
        if (!event.dataTransfer.files.length) return;
        input.files = event.dataTransfer.files;
        form.requestSubmit();
      });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        uploads.send(form);
      });
    }
  },
  send(form) {
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    bar.hidden = false;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => page.show(request));
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.send(new FormData(form));
  },
};

/* The page that a request was answered with. */
const page = {
  show(request) {
    const found = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!found) {
      location.reload();
      return;
    }
    const there = new URL(request.responseURL);
    if (request.status < 400 && there.pathname !== location.pathname) {
      location.assign(there);
      return;
    }
    if (request.status < 400) history.replaceState(null, "", there);
    document.querySelector("main").replaceWith(found);
    htmx.process(found);
    page.start();
    (found.querySelector("[role=alert], [role=status]") ?? found).scrollIntoView({ block: "center" });
  },
  start() {
    drafts.start();
    uploads.start();
    live.start();
  },
};

/* Whoever chooses a yes with conditions is shown where to write them. */
document.addEventListener("change", (event) => {
  if (event.target.value === "conditional_go") event.target.form?.querySelector(".promised")?.setAttribute("open", "");
});

/* News: an inbox refreshes itself; a page on which somebody may be typing only says that it has changed.
   A part says what it knows, so that nothing is missed that happened before its stream began, or while it refreshed. */
const live = {
  streams: new Map(),
  latest: new Map(),
  refreshing: new Set(),
  start() {
    for (const part of document.querySelectorAll("[data-live]")) {
      const address = part.dataset.live;
      if (live.streams.has(address)) continue;
      const stream = new EventSource(address);
      live.streams.set(address, stream);
      stream.addEventListener("changed", (event) => {
        const now = live.part(address);
        if (!now) {
          stream.close();
          live.streams.delete(address);
          return;
        }
        live.latest.set(address, event.data);
        if (now.dataset.version) now.hidden = event.data <= Number(now.dataset.version);
        else if (event.data !== now.dataset.known) setTimeout(() => live.catchUp(address), 400 * Math.random());
      });
    }
  },
  part(address) {
    return document.querySelector(`[data-live="${address}"]`);
  },
  async catchUp(address) {
    if (live.refreshing.has(address)) return;
    live.refreshing.add(address);
    try {
      for (let shown = null; live.part(address) && shown !== live.latest.get(address); ) {
        shown = live.latest.get(address);
        await live.refresh(live.part(address));
      }
    } finally {
      live.refreshing.delete(address);
    }
  },
  async refresh(part) {
    const focused = document.activeElement?.getAttribute("href");
    await htmx.ajax("GET", location.pathname + location.search, { source: part, target: `#${part.id}`, select: `#${part.id}`, swap: "outerHTML" });
    if (focused && document.activeElement === document.body)
      document.querySelector(`#${part.id} a[href="${CSS.escape(focused)}"]`)?.focus();
  },
};
addEventListener("pagehide", () => live.streams.forEach((stream) => stream.close()));

page.start();
