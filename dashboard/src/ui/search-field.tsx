import { CloseButton, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { SearchIcon } from "./icons";

const PAUSE_MS = 250;

interface SearchFieldProps {
  label: string;
  value: string;
  /** Called when typing pauses. */
  onChange: (value: string) => void;
  placeholder?: string;
}

/** A field whose text goes into the address once typing pauses. */
export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <TextInput
      type="search"
      size="xs"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      leftSection={<SearchIcon size={15} />}
      rightSection={text && <CloseButton size="xs" aria-label="Clear the search" onClick={() => setText("")} />}
    />
  );
}
