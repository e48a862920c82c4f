// Prints CHANGELOG.md in the form that Debian's packages want (deb-changelog(5)). What is not released
// yet has the version that is built, and the time of the build.
//
//     node changelog.mjs VERSION MAINTAINER SECONDS

import { readFileSync } from "node:fs";

const [version, maintainer, seconds] = process.argv.slice(2);

/** A point of the list, at most 78 characters wide; of a link only its text. */
function point(text) {
  const words = text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").split(/\s+/);
  const lines = [];
  let line = "  *";
  for (const word of words) {
    if (line.length + 1 + word.length > 78) {
      lines.push(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

/** What CHANGELOG.md says below one `## `. */
function entry(section) {
  const [heading, ...parts] = section.trim().split(/\n\n+|\n(?=- )/);
  const released = /^\[(.+)\] - (\d{4}-\d{2}-\d{2})$/.exec(heading);
  const at = released ? new Date(released[2]) : new Date(seconds * 1000);
  const told = parts.map((part) =>
    part.startsWith("### ") ? `\n  [ ${part.slice(4)} ]` : point(part.replace(/^- /, "")),
  );
  return `keyrack (${released?.[1] ?? version}) ${released ? "unstable" : "UNRELEASED"}; urgency=medium

${told.join("\n")}

 -- ${maintainer}  ${at.toUTCString().replace("GMT", "+0000")}
`;
}

const changelog = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
const [, ...sections] = changelog.split(/^## /m);
console.log(sections.map(entry).join("\n").trimEnd());
