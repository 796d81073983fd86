import LocalEngine

extension ModelFolder {
    /// The advice when models are missing or cannot be read.
    static let remedy = """
        install the models with harken models install FILE (or make them with harken models fetch), or set HARKEN_MODELS to a folder of models that this \
        user can read
        """
}
