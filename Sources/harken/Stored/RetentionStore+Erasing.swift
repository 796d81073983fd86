import Store

extension RetentionStore {
    /// Erases deleted data. Returns false when it must be tried again, because another program reads the database.
    func isErased() async throws(StoreError) -> Bool {
        do throws(StoreError) { try await settle() } catch {
            guard case .busy = error else { throw error }
            return false
        }
        return true
    }
}
