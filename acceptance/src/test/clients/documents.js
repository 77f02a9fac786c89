// Checks documents with what npm has: documents.js ASYNCAPI OPENAPI. Prints nothing if both are right.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');

const ERROR = 0;

async function errors(text) {
  const { diagnostics } = await new Parser().parse(text);
  return diagnostics.filter(({ severity }) => severity === ERROR).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The patterns that ECMAScript does not take, with Unicode as JSON Schema recommends. */
function wrongPatterns(node, path = '') {
  if (node === null || typeof node !== 'object') {
    return [];
  }
  const wrong = Object.entries(node).flatMap(([key, child]) => wrongPatterns(child, `${path}/${key}`));
  if (typeof node.pattern === 'string') {
    try {
      new RegExp(node.pattern, 'u');
    } catch (error) {
      wrong.push(`${path}: ${error.message}`);
    }
  }
  return wrong;
}

async function main([asyncApi, openApi]) {
  const text = readFileSync(asyncApi, 'utf8');
  const spoilt = await errors(text.replace('"action" : "send"', '"action" : "write"'));
  if (spoilt.length === 0) {
    console.log('the parser finds no error in a document that has one');
  }
  const found = [...(await errors(text)), ...wrongPatterns(JSON.parse(text)), ...wrongPatterns(JSON.parse(readFileSync(openApi, 'utf8')))];
  found.forEach((each) => console.log(each));
}

main(process.argv.slice(2));
