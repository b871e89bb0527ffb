import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { CheckIcon, MoonIcon, SunIcon, SystemIcon } from "../ui/icons";

const SCHEMES: { value: MantineColorScheme; name: string; icon: typeof SunIcon }[] = [
  { value: "light", name: "Light", icon: SunIcon },
  { value: "dark", name: "Dark", icon: MoonIcon },
  { value: "auto", name: "As the system", icon: SystemIcon },
];

/** Light, dark, or as the system has it; the browser remembers it. */
export function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Present = SCHEMES.find((scheme) => scheme.value === colorScheme)?.icon ?? SystemIcon;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Light or dark">
          <Present />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, name, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon />}
            rightSection={value === colorScheme ? <CheckIcon size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
