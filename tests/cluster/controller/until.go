package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	kanister "github.com/kanisterio/kanister/pkg"
	crv1alpha1 "github.com/kanisterio/kanister/pkg/apis/cr/v1alpha1"
	"github.com/kanisterio/kanister/pkg/function"
	"github.com/kanisterio/kanister/pkg/kube"
	"github.com/kanisterio/kanister/pkg/param"
	"github.com/kanisterio/kanister/pkg/progress"
	"github.com/kanisterio/kanister/pkg/utils"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// until runs until a key of a ConfigMap says "complete" or "failed".  Anything
// else there is the percent that it reports, as a function does that knows how
// far it is; without one it reports 0, and at the end 100, as Kanister's own do.
//
// Kanister's Wait looks less and less often, in the end each ten seconds; until
// has the API server tell it.  As all of Kanister's functions it is there once,
// so two phases that run at the same time report the same percent.
type until struct {
	percent atomic.Value
}

const (
	untilNamespace = "namespace"
	untilConfigMap = "configMap"
	untilKey       = "key"
)

var (
	_              kanister.Func = (*until)(nil)
	untilArguments               = []string{untilNamespace, untilConfigMap, untilKey}
)

func init() {
	if err := kanister.Register(&until{}); err != nil {
		panic(err)
	}
}

func (*until) Name() string { return "Until" }

func (*until) RequiredArgs() []string { return untilArguments }

func (*until) Arguments() []string { return untilArguments }

func (u *until) Validate(args map[string]any) error {
	if err := utils.CheckSupportedArgs(u.Arguments(), args); err != nil {
		return err
	}
	return utils.CheckRequiredArgs(u.RequiredArgs(), args)
}

func (u *until) ExecutionProgress() (crv1alpha1.PhaseProgress, error) {
	percent, _ := u.percent.Load().(string)
	now := metav1.NewTime(time.Now())
	return crv1alpha1.PhaseProgress{ProgressPercent: percent, LastTransitionTime: &now}, nil
}

func (u *until) Exec(ctx context.Context, _ param.TemplateParams, args map[string]any) (map[string]any, error) {
	var namespace, configMap, key string

	u.percent.Store(progress.StartedPercent)
	defer u.percent.Store(progress.CompletedPercent)
	for name, value := range map[string]*string{
		untilNamespace: &namespace, untilConfigMap: &configMap, untilKey: &key,
	} {
		if err := function.Arg(args, name, value); err != nil {
			return nil, err
		}
	}
	client, err := kube.NewClient()
	if err != nil {
		return nil, err
	}
	for ctx.Err() == nil {
		done, err := u.follow(ctx, client, namespace, configMap, key)
		if done {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond) // the server may be down
	}
	return nil, ctx.Err()
}

// follow watches as long as the server lets it; the first that a watch tells is
// how the ConfigMap is now.
func (u *until) follow(ctx context.Context, client kubernetes.Interface, namespace, configMap, key string) (bool, error) {
	watch, err := client.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: "metadata.name=" + configMap,
	})
	if err != nil {
		return false, err
	}
	defer watch.Stop()
	for event := range watch.ResultChan() {
		object, ok := event.Object.(*corev1.ConfigMap)
		if !ok {
			return false, nil // an error of the watch
		}
		switch value := object.Data[key]; value {
		case "":
		case "complete":
			return true, nil
		case "failed":
			return true, errors.New("the test said so")
		default:
			u.percent.Store(value)
		}
	}
	return false, nil
}
