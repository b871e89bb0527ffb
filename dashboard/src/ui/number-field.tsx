import { TextInput, type TextInputProps } from "@mantine/core";

interface NumberFieldProps extends Omit<TextInputProps, "value" | "onChange"> {
  value: string;
  onChange: (text: string) => void;
}

/** A field for a number, as text: `1e-4` is fine, and half a number stays as it is while one types. */
export function NumberField({ onChange, ...props }: NumberFieldProps) {
  return (
    <TextInput
      size="xs"
      inputMode="decimal"
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
      {...props}
    />
  );
}
