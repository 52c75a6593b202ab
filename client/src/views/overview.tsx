export const Folders = () => null;
export const Places = () => null;
export const Things = () => null;
