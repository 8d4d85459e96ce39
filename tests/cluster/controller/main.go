// Controller is Kanister's controller, for one namespace.
//
//	KUBECONFIG=FILE controller NAMESPACE
//	controller validate FILE ...
//
// It is pkg/controller with all of Kanister's own functions.  Kanister's own
// main takes nothing but the configuration of a pod, and listens on all
// interfaces; the controller itself needs neither.  To the functions it adds
// Until, whose end is up to a test.
//
// The second form needs no server: it holds Blueprints and ActionSets, one a
// file, to Kanister's own validation.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/kanisterio/kanister/pkg/controller"
	_ "github.com/kanisterio/kanister/pkg/function"
	"github.com/kanisterio/kanister/pkg/kube"
)

func run(ctx context.Context, namespace string) error {
	config, err := kube.LoadConfig()
	if err != nil {
		return err
	}
	if err := controller.New(config, nil).StartWatch(ctx, namespace); err != nil {
		return err
	}
	fmt.Println("controller: watching", namespace)
	<-ctx.Done()
	return nil
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "validate" {
		os.Exit(validateFiles(os.Args[2:]))
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: KUBECONFIG=FILE controller NAMESPACE")
		fmt.Fprintln(os.Stderr, "       controller validate FILE ...")
		os.Exit(100)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "controller:", err)
		os.Exit(111)
	}
}
