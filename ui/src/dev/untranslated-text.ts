// For tests: finds words of the interface that stand in the code and not in a message file, and words looked up too early.
import { parse } from "svelte/compiler";

/** A text found in the code, with its line, counted from 1. */
export type Finding = { line: number; text: string };

type Node = { type: string; start: number; end: number } & Record<string, unknown>;

/** Names of attributes, props, properties and variables that hold what a person sees or hears. */
const SHOWN =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|title|label|placeholder|alt|text|hint|caption|heading|summary|message|tooltip|announcement)$/;
/** Names of attributes and props that never hold words: ids and names of classes. */
const TECHNICAL = /^(class|style|look|id|for|testid|data-.*|aria-(labelledby|describedby|controls))$/;
/** Names of functions that take a selector. */
const SELECTORS = /^(querySelector(All)?|closest|matches)$/;
/** Values of `KeyboardEvent.key`, and names of keys in ARIA. Where they would be shown they count as words all the same. */
const KEYS = /^(Backspace|Control|Delete|End|Enter|Escape|Home|Plus|Shift|Space|Tab)$/;

const LETTER = /\p{L}/u;
/** Text that reads like words: a letter beside a space, an ellipsis, or a capital at the start of a non-identifier. */
const WORDING = /\s\p{L}|\p{L}[^\s\p{L}]*\s|…|^\p{Lu}\p{Ll}+(?![\p{L}\d]*[A-Z_/[-])/u;

const reads = (text: string) => WORDING.test(text) && LETTER.test(text) && !KEYS.test(text);

/** Finds the words in a source file that belong in the message files. */
export function untranslatedText(source: string, file: string): Finding[] {
  const found = new Map<number, Finding>();
  const report = (node: Node, text: string) =>
    found.set(node.start, { line: lineOf(node.start), text: text.trim() });
  const { root, lineOf } = read(source, file);

  /** Reports the possible values of a shown expression that have letters. */
  function judgeShown(node: Node | undefined): void {
    for (const value of node === undefined ? [] : valuesOf(node)) {
      const text = textOf(value);
      if (LETTER.test(text)) report(value, text);
    }
  }

  /** Any prop of a component may be shown; an attribute of an element only if it is known to be. */
  function attribute(node: Node, owner: Node): void {
    const name = String(node.name);
    if (TECHNICAL.test(name)) return;
    const shown = SHOWN.test(name) || (owner.name === "input" && name === "value");
    for (const part of list(node.value)) {
      if (part.type === "ExpressionTag") {
        if (shown) judgeShown(part.expression as Node);
        visit(part.expression as Node);
      } else if (shown ? LETTER.test(textOf(part)) : owner.type === "Component" && reads(textOf(part))) {
        report(part, textOf(part));
      }
    }
  }

  function visit(node: Node): void {
    switch (node.type) {
      case "Text":
        if (LETTER.test(textOf(node))) report(node, textOf(node));
        return;
      case "Literal":
      case "TemplateElement":
        if (reads(textOf(node))) report(node, textOf(node));
        return;
      case "StyleDirective":
        list(node.value)
          .filter((part) => part.type !== "Text")
          .forEach(visit);
        return;
      case "ExpressionTag":
      case "HtmlTag":
        judgeShown(node.expression as Node);
        break;
      case "Property":
      case "PropertyDefinition":
      case "VariableDeclarator":
      case "AssignmentExpression": {
        const named = (node.key ?? node.id ?? node.left) as Node;
        const name = (named.property ?? named) as Node;
        if (SHOWN.test(String(name.name ?? name.value)))
          judgeShown((node.value ?? node.init ?? node.right ?? undefined) as Node | undefined);
      }
    }
    for (const child of childrenOf(node)) {
      if (child.type === "Attribute") attribute(child, node);
      else visit(child);
    }
  }

  root.forEach(visit);
  return [...found.values()].toSorted((a, b) => a.line - b.line);
}

/** Finds words that a component or module looks up only once, so that they would not follow a change of language. */
export function stale(source: string, file: string): Finding[] {
  const { scripts, lineOf, offset } = read(source, file);
  const words = new Set(
    scripts.flatMap((script) =>
      list(script.body)
        .filter(
          (node) => node.type === "ImportDeclaration" && /\/messages$/.test(textOf(node.source as Node)),
        )
        .flatMap((node) => list(node.specifiers).map((one) => String((one.local as Node).name))),
    ),
  );
  const found: Finding[] = [];
  function visit(node: Node): void {
    // Words in a function are looked up when it is called; words in a `$derived`, whenever it changes.
    if (node.type.includes("Function")) return;
    const callee = node.type === "CallExpression" ? String((node.callee as Node).name) : "";
    if (callee === "$derived") return;
    if (words.has(callee))
      found.push({ line: lineOf(node.start), text: source.slice(node.start - offset, node.end - offset) });
    for (const child of childrenOf(node)) visit(child);
  }
  scripts.forEach(visit);
  return found;
}

/** Parses a source file. Svelte's parser reads TypeScript too: a module is parsed as a component with only a script. */
function read(source: string, file: string) {
  const [before, after] = file.endsWith(".svelte") ? ["", ""] : ['<script lang="ts" module>', "</script>"];
  const { fragment, instance, module } = parse(before + source + after, { modern: true });
  const scripts = [instance, module].flatMap((one) => (one ? [one.content as unknown as Node] : []));
  return {
    root: [fragment as unknown as Node, ...scripts],
    scripts,
    offset: before.length,
    lineOf: (at: number) => source.slice(0, at - before.length).split("\n").length,
  };
}

/** The parts of a node that can hold words: not types, keys, comparisons, selectors and messages of errors. */
function childrenOf(node: Node): Node[] {
  if (/^TS(?!(As|Satisfies|NonNull)?Expression$)/.test(node.type) || node.type === "ImportDeclaration")
    return [];
  if (node.type.startsWith("Export") && node.source) return [];
  const callee = node.callee as Node | undefined;
  if (node.type === "NewExpression" && /Error$/.test(String(callee?.name))) return [];
  if (node.type === "CallExpression" && SELECTORS.test(String((callee?.property as Node | undefined)?.name)))
    return list(callee);
  const compares = node.type === "BinaryExpression" && /^([!=]==?|in)$/.test(String(node.operator));
  return Object.entries(node).flatMap(([key, value]) => {
    const named = key === "key" || key === "test" || key === "property" || compares;
    return list(value).filter((child) => !(named && child.type === "Literal"));
  });
}

/** The possible values of an expression: both sides of a choice; none of a call, whose result is unknown. */
function valuesOf(node: Node): Node[] {
  switch (node.type) {
    case "ConditionalExpression":
      return [node.consequent, node.alternate].flatMap((one) => valuesOf(one as Node));
    case "LogicalExpression":
      return [node.left, node.right].flatMap((one) => valuesOf(one as Node));
    case "AssignmentPattern":
      return valuesOf(node.right as Node);
    case "BinaryExpression":
      return node.operator === "+" ? [node.left, node.right].flatMap((one) => valuesOf(one as Node)) : [];
    case "ArrayExpression":
      return list(node.elements).flatMap(valuesOf);
    case "TemplateLiteral":
      return [...list(node.quasis), ...list(node.expressions).flatMap(valuesOf)];
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return valuesOf(node.expression as Node);
    default:
      return node.type === "Literal" ? [node] : [];
  }
}

function textOf(node: Node): string {
  if (node.type === "Text") return String(node.data);
  if (node.type === "TemplateElement") return (node.value as { cooked: string }).cooked;
  return typeof node.value === "string" ? node.value : "";
}

function list(value: unknown): Node[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (one): one is Node => typeof one === "object" && one !== null && typeof (one as Node).type === "string",
  );
}
