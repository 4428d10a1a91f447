package experiments

func structuralPublished() []Published { return nil }
