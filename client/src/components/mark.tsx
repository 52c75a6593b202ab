// The mark: a case with one thing in it.

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <rect x="2" y="2" width="20" height="20" rx="5.5" stroke-width="2.4" />
      <path d="M8 16.4h8" stroke-width="2.4" stroke-linecap="round" />
    </svg>
  );
}
