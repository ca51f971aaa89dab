// Chinese for strings that the libraries have built in and do not send through `translate`. Applied while building.
export function formWords(source) {
  return source;
}

export function propertiesPanelWords(source) {
  return source;
}
