/** Short messages at the edge of the page: `toast.success(…)`, `toast.error(…)`, `toast.info(…)`. */
export { toast } from 'svelte-sonner';
