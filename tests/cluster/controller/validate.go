package main

import (
	"fmt"
	"os"

	kanister "github.com/kanisterio/kanister/pkg"
	crv1alpha1 "github.com/kanisterio/kanister/pkg/apis/cr/v1alpha1"
	blueprint "github.com/kanisterio/kanister/pkg/blueprint/validate"
	"github.com/kanisterio/kanister/pkg/validate"
	"sigs.k8s.io/yaml"
)

// validateFile holds a file to what Kanister asks of its kind.  A member that
// the kind has not is an error, too.
func validateFile(path string) error {
	var kind struct{ Kind string }

	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, &kind); err != nil {
		return err
	}
	switch kind.Kind {
	case "Blueprint":
		var object crv1alpha1.Blueprint

		if err := yaml.UnmarshalStrict(text, &object); err != nil {
			return err
		}
		return blueprint.Do(&object, kanister.DefaultVersion)
	case "ActionSet":
		var object crv1alpha1.ActionSet

		if err := yaml.UnmarshalStrict(text, &object); err != nil {
			return err
		}
		return validate.ActionSet(&object)
	}
	return fmt.Errorf("no validation for kind %q", kind.Kind)
}

func validateFiles(paths []string) int {
	status := 0
	for _, path := range paths {
		if err := validateFile(path); err != nil {
			fmt.Fprintf(os.Stderr, "controller: %s: %v\n", path, err)
			status = 1
		}
	}
	return status
}
