/** Buttons: with words, or an icon whose words are its label. */
import { type JSX, splitProps } from 'solid-js';
import './button.css';
import { Icon, type IconName } from './icon.tsx';

type ButtonProps = JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
  /** `primary`, `danger`, `plain`, `small`, `wide`, separated by spaces. */
  look?: string;
};

export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['look']);
  return <button type="button" class={`button ${own.look ?? ''}`} {...rest} />;
}

type IconButtonProps = Omit<ButtonProps, 'aria-label'> & { icon: IconName; label: string };

export function IconButton(props: IconButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['look', 'icon', 'label']);
  return (
    <button
      type="button"
      class={`icon-button ${own.look ?? ''}`}
      aria-label={own.label}
      title={own.label}
      {...rest}
    >
      <Icon name={own.icon} />
    </button>
  );
}
