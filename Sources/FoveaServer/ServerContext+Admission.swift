import FoveaHTTP
import FoveaModels
import FoveaServing

extension ServerContext {
    /// Refuses, from its head, a request that the model which `name` means has no room for; notes that model.
    ///
    /// - Parameter name: nil for the default, unless the body asks for another.
    func admit(
        _ head: RequestHead, model name: String?, for task: ModelTask, _ exchange: inout Exchange
    ) throws(ServingError) {
        // Where the default can't answer, the body may still ask for another.
        if name == nil, head.mayBringOptions, registry.hasRoom(for: task) { return }
        // A model that has to be loaded first has nobody waiting.
        guard let model = try registry.loadedModel(named: name, for: task) else { return }
        exchange.model = (model.name, model.version)
        try model.requireRoom()
    }
}
