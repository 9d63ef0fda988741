// The YAML editor of a config: line numbers, colours, completion, and what is wrong by line. A
// module, loaded when a config is shown as YAML; without it the text field is there.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const CHECK_AFTER = 400; // milliseconds without a key
const SEEN = 8; // alternatives of a schema that are followed into each other

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--yaml-key)" },
  { tag: [tags.string, tags.content], color: "var(--yaml-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--yaml-number)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--yaml-comment)", fontStyle: "italic" },
]);

// --- Completion, by the JSON Schema ---------------------------------------------------------
const parts = (schema, node, depth = 0) => {
  if (!node || depth > SEEN) return [];
  if (node.$ref) return parts(schema, schema.$defs?.[node.$ref.split("/").pop()], depth + 1);
  const either = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  return [node, ...either.flatMap((one) => parts(schema, one, depth + 1))];
};
const child = (schema, nodes, key) =>
  nodes
    .flatMap((node) =>
      key === "-" ? [node.items] : [node.properties?.[key] ?? (node.properties ? null : node.additionalProperties)],
    )
    .flatMap((node) => (node && typeof node === "object" ? parts(schema, node) : []));
const words = (nodes) =>
  nodes.flatMap((node) => {
    if (node.enum) return node.enum.map(String);
    if (node.const !== undefined) return [String(node.const)];
    return node.type === "boolean" ? ["true", "false"] : [];
  });

// The keys above a line, by indentation; "-" for an item of a list.
const pathAbove = (doc, number, indent) => {
  const path = [];
  let inner = indent;
  for (let at = number - 1; at >= 1 && inner > 0; at -= 1) {
    const [, space, dash, key] = /^(\s*)(- +)?(?:([\w.]+):)?/.exec(doc.line(at).text);
    const begins = space.length + (dash?.length ?? 0);
    if (key !== undefined && begins < inner) {
      path.unshift(key);
      inner = begins;
    }
    if (dash && space.length < inner) {
      path.unshift("-");
      inner = space.length;
    }
  }
  return path;
};

const completions = (schema, columns) => (context) => {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const [, space, dash = "", key, typed] = /^(\s*)(- +)?(?:([\w.]+): *)?([^:]*)$/.exec(before) ?? [];
  if (typed === undefined || (!typed && !context.explicit && !key)) return null;
  const own = dash ? ["-"] : [];
  const path = [...pathAbove(context.state.doc, line.number, space.length + (dash ? 1 : 0)), ...own];
  let nodes = parts(schema, schema);
  for (const step of [...path, ...(key ? [key] : [])]) nodes = child(schema, nodes, step);
  const values = words(nodes).map((label) => ({ label, type: "enum" }));
  const isText = nodes.some((node) => node.type === "string" && !node.enum && node.const === undefined);
  const named = isText ? columns.map((label) => ({ label, type: "variable" })) : [];
  const names = key ? [] : [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
  const options = [
    ...values,
    ...named,
    ...names.map((label) => ({ label, type: "property", apply: `${label}: ` })),
  ];
  return options.length ? { from: context.pos - typed.length, options, validFor: /^[^:]*$/ } : null;
};

// --- What is wrong --------------------------------------------------------------------------
const problems = (address, field, list) => async (view) => {
  const body = new URLSearchParams({ yaml: view.state.doc.toString() });
  body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
  const response = await fetch(address, { method: "POST", body }).catch(() => null);
  if (!response?.ok) return [];
  const found = await response.json();
  list.replaceChildren(
    ...found.problems.map(({ line, message }) => {
      const item = document.createElement("div");
      item.textContent = `${line} · ${message}`;
      return item;
    }),
  );
  return found.problems.map(({ line, message }) => {
    const { from, to } = view.state.doc.line(Math.min(line, view.state.doc.lines));
    return { from, to, severity: "error", message };
  });
};

export const edit = async (place) => {
  const field = place.querySelector("textarea");
  const schema = await fetch(place.dataset.schema).then((answer) => answer.json()).catch(() => ({}));
  if (!field.isConnected) return;
  // By line, for whom no mouse shows what stands at its mark.
  const list = document.createElement("div");
  list.className = "text-danger mt-1";
  list.setAttribute("aria-live", "polite");
  const nonce = document.querySelector("script[type=importmap]").nonce;
  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        closeBrackets(),
        indentUnit.of("  "),
        yaml(),
        syntaxHighlighting(colours),
        autocompletion({ override: [completions(schema, place.dataset.columns.split("\n"))] }),
        linter(problems(place.dataset.check, field, list), { delay: CHECK_AFTER }),
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ "aria-labelledby": `${field.id}_label` }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = view.state.doc.toString();
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }),
      ],
    }),
  });
  const label = place.querySelector(`label[for="${field.id}"]`);
  if (label) label.id = `${field.id}_label`;
  field.after(view.dom, list);
  field.hidden = true;
};
