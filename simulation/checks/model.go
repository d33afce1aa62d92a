package checks

func byTheModel(*Run) []string { return nil }
