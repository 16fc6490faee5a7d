import api from '@image2model/client';

export { api };
export default api;
