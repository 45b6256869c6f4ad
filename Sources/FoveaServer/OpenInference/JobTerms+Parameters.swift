import FoveaServing

extension JobTerms {
    /// These terms with what a request's parameters ask for; of two deadlines the earlier one holds.
    func tightened(
        by parameters: InferenceParameters, since arrival: ContinuousClock.Instant
    ) -> JobTerms {
        var terms = self
        switch parameters.priority {
        case 1: terms.priority = .high
        case 2: terms.priority = .normal
        case 3: terms.priority = .low
        default: break
        }
        if parameters.timeout > 0 {
            let asked = arrival + .microseconds(parameters.timeout)
            terms.deadline = min(terms.deadline ?? asked, asked)
        }
        return terms
    }
}
