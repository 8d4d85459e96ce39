// Crd says what an API server would do to the status of an ActionSet.
//
//	crd CRD.yaml <lines
//
// Reads JSON Lines and passes over all that are no status records.  Of each
// status it takes what belongs into the ActionSet (state, actions, progress:
// "type" and "detail" are phasepipe's own) and holds it to the CRD with the API
// server's own code: values that it would refuse, and members that it would
// prune, which is to say lose.  Reasons go to standard error.
//
// Exit status: 0 if every status would be stored whole; 1 if one would not, or
// there was none; 100 where it was called wrongly; 111 where something could
// not be read.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// A custom resource as its API server looks at it.
type definition struct {
	apiVersion, kind string
	validator        validation.SchemaValidator
	structural       *schema.Structural
}

// readDefinition reads a CRD, of which the version that is stored counts.
func readDefinition(path string) (*definition, error) {
	var crd apiextensionsv1.CustomResourceDefinition

	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(text, &crd); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, version := range crd.Spec.Versions {
		if !version.Storage {
			continue
		}
		d, err := newDefinition(version.Schema.OpenAPIV3Schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		d.apiVersion = crd.Spec.Group + "/" + version.Name
		d.kind = crd.Spec.Names.Kind
		return d, nil
	}
	return nil, fmt.Errorf("%s: no version is stored", path)
}

func newDefinition(props *apiextensionsv1.JSONSchemaProps) (*definition, error) {
	var internal apiextensions.JSONSchemaProps

	err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
		props, &internal, nil)
	if err != nil {
		return nil, err
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(&internal)
	if err != nil {
		return nil, err
	}
	return &definition{validator: validator, structural: structural}, nil
}

// object puts a status record into an object of this kind.
func (d *definition) object(record map[string]any) map[string]any {
	status := map[string]any{}
	for name, value := range record {
		if name != "type" && name != "detail" {
			status[name] = value
		}
	}
	return map[string]any{
		"apiVersion": d.apiVersion,
		"kind":       d.kind,
		"metadata":   map[string]any{"name": "backup", "namespace": "kanister"},
		"spec":       map[string]any{},
		"status":     status,
	}
}

// reasons says why the object would not be stored as it is.
func (d *definition) reasons(object map[string]any) []string {
	var all []string

	for _, err := range validation.ValidateCustomResource(nil, object, d.validator) {
		all = append(all, err.Error())
	}
	lost := pruning.PruneWithOptions(object, d.structural, true,
		schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range lost {
		all = append(all, path+": would be pruned")
	}
	return all
}

// check looks at every status among the lines.
func (d *definition) check(input io.Reader) (seen, bad int, err error) {
	lines := bufio.NewScanner(input)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var record map[string]any

		if json.Unmarshal(lines.Bytes(), &record) != nil || record["type"] != "status" {
			continue
		}
		seen++
		reasons := d.reasons(d.object(record))
		for _, reason := range reasons {
			fmt.Fprintf(os.Stderr, "line %d: %s\n", n, reason)
		}
		if len(reasons) > 0 {
			bad++
		}
	}
	return seen, bad, lines.Err()
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: crd CRD.yaml <lines")
		os.Exit(100)
	}
	d, err := readDefinition(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "crd:", err)
		os.Exit(111)
	}
	seen, bad, err := d.check(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "crd: standard input:", err)
		os.Exit(111)
	}
	fmt.Printf("%d would be stored whole, %d would not\n", seen-bad, bad)
	if seen == 0 || bad > 0 {
		os.Exit(1)
	}
}
