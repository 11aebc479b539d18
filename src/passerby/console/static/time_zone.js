// The time zone of the project, in which the server renders times. UTC for a zone that the browser does not know: the
// server's time zone data may be newer.

export const zone = supported(document.body.dataset.zone ?? "UTC");

function supported(name) {
  try {
    new Intl.DateTimeFormat("sv-SE", { timeZone: name });
    return name;
  } catch {
    return "UTC";
  }
}
